"""The platform's parts as processes that are killed, restarted and troubled; each runs what its command runs."""

import os
import random
import resource
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from api import parts, parts_logs
from api.settings import Settings
from logs.errors import Refusal
from tests.torture.load import demand_for_ever
from tests.torture.receivers import Temper, serve_tempered

SERVE, CLERK, WORKER, SEAL, RELAY, RECEIVER = "serve", "clerk", "worker", "seal", "relay", "receiver"
PARTS = (SERVE, CLERK, WORKER, SEAL, RELAY, RECEIVER)
RUN: dict[str, Callable[..., None]] = {
    SERVE: parts.serve,
    CLERK: demand_for_ever,
    WORKER: parts.worker,
    SEAL: parts_logs.seal,
    RELAY: parts_logs.relay,
}
DISK_FULL = 64 << 10  # bytes a database may still grow where the disk is as good as full
SKEWS = (0.0, 0.0, 0.0, 3600.0, -3600.0, 86_400.0, -86_400.0)  # seconds a part's clock is off

# Forked from a server that has loaded the platform once: loading it takes seconds.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.torture.house"])


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a part has to live with until it is killed: a wrong clock, a full disk, a receiver's temper."""

    skew: float = 0.0
    room: int | None = None
    temper: Temper = Temper.HONEST
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The troubles by name, for the report."""
        clock = ("clock jump",) if self.skew else ()
        disk = ("full disk",) if self.room is not None else ()
        temper = (f"{self.temper.value} receiver",) if self.temper is not Temper.HONEST else ()
        return clock + disk + temper


def run(part: str, values: dict[str, object], trouble: Trouble, log: Path) -> None:
    """What a killed and restarted part runs, in its own process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    settings = Settings.model_validate(values)
    if trouble.room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (trouble.room, trouble.room))

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=trouble.skew)

    with suppress(Refusal):
        if part == RECEIVER:
            serve_tempered(settings, trouble.temper, clock=clock, seed=trouble.seed)
        else:
            RUN[part](settings, clock=clock)


@dataclass
class House:
    """All parts on one state folder, with the chance that troubles them."""

    settings: Settings
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    _running: dict[str, ForkServerProcess] = field(default_factory=dict)

    def start(self, part: str, trouble: Trouble = Trouble()) -> None:
        """Start a part with that trouble."""
        log = self.settings.state / "run" / f"{part}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        values = self.settings.model_dump()
        process = PROCESSES.Process(target=run, args=(part, values, trouble, log), name=part)
        process.start()
        self._running[part] = process
        self.troubles.update(trouble.names)

    def kill(self, part: str) -> None:
        """Kill a part at once, wherever it is."""
        process = self._running.pop(part)
        process.kill()
        process.join()
        process.close()
        self.kills[part] += 1

    def tend(self) -> None:
        """Start again what ended by itself, as a service manager would."""
        for part, process in list(self._running.items()):
            if not process.is_alive():
                self.ended[part] += 1
                process.join()
                process.close()
                self.start(part, self.trouble_for(part))

    def trouble_for(self, part: str) -> Trouble:
        """Some trouble or none."""
        room = self._room() if self.chance.random() < 0.15 else None
        temper = self.chance.choice(list(Temper)) if part == RECEIVER else Temper.HONEST
        return Trouble(self.chance.choice(SKEWS), room, temper, self.chance.getrandbits(32))

    def restart_all(self) -> None:
        """Kill what runs and start everything without trouble."""
        for part in list(self._running):
            self.kill(part)
        for part in PARTS:
            self.start(part)

    def stop(self) -> None:
        """Tell every part to stop, whoever records first, and wait."""
        for part in PARTS:
            process = self._running.pop(part, None)
            if process is not None:
                process.terminate()
                process.join(30)
                assert process.exitcode is not None, f"{part} did not stop"
                process.close()

    def _room(self) -> int:
        """So many bytes a file may have that the largest database can grow by a little and no more."""
        sizes = [path.stat().st_size for path in self.settings.state.rglob("*.sqlite*")]
        return max(sizes, default=0) + self.chance.randrange(DISK_FULL)
