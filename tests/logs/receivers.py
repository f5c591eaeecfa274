"""Receivers for tests: one that fails as it is told, and the real one in a process of its own; and a relay at work."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.otlp import OtlpDelivery
from logs.adapters.receiver import Tokens, serve_receiver
from logs.errors import ReceiverRefused, ReceiverUnavailable
from logs.model import EventId, Sealed
from logs.relay import Checkpoints, Patience, relay_forever
from logs.seal import Head
from logs.service import Begin

PLATFORM = "resource-platform"
QUICK = Patience(idle=0.05, first=0.02, most=0.05)
# Forked from a server that has loaded the receiver's modules once: loading them takes seconds.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["logs.adapters.receiver"])


@dataclass
class FakeReceiver:
    """Keeps what it is given; `trouble` is what happens to the next deliveries instead, in turn."""

    kept: list[Sealed] = field(default_factory=list)
    trouble: list[Callable[[Sequence[Sealed]], Head | None]] = field(default_factory=list)

    def deliver(self, links: Sequence[Sealed]) -> Head | None:
        if self.trouble:
            return self.trouble.pop(0)(links)
        return self.take(links)

    def take(self, links: Sequence[Sealed]) -> Head:
        if links[0].seq <= len(self.kept) + 1:
            self.kept += links[len(self.kept) + 1 - links[0].seq :]
        return self.end()

    def head(self) -> Head:
        return self.end()

    def end(self) -> Head:
        return Head(self.kept[-1].seq, self.kept[-1].seal) if self.kept else Head()

    def refuse(self, links: Sequence[Sealed]) -> Head:
        raise ReceiverRefused(f"{len(links)} records rejected")

    def vanish(self, links: Sequence[Sealed]) -> Head:
        raise ReceiverUnavailable(f"no answer to {len(links)} records", after=0.02)

    def lose_acknowledgement(self, links: Sequence[Sealed]) -> Head:
        self.take(links)
        raise ReceiverUnavailable("connection lost")

    def forget(self, links: Sequence[Sealed]) -> Head:
        said = self.take(links)
        del self.kept[2:]
        return said

    def numbers(self) -> list[int]:
        return [link.seq for link in self.kept]


class relaying:
    """A relay at work in a thread, stopped on leaving."""

    def __init__(self, begin: Begin, delivery: FakeReceiver | OtlpDelivery) -> None:
        self._stop = threading.Event()
        numbers = iter(range(1_000_000))
        checkpoints = Checkpoints(Ed25519Signer(bytes(32)), lambda: EventId(f"c{next(numbers)}"), every=10)
        self._thread = threading.Thread(
            target=relay_forever,
            args=(begin, delivery),
            kwargs={
                "receiver": PLATFORM,
                "clock": lambda: datetime.now(UTC),
                "stop": self._stop,
                "patience": QUICK,
                "checkpoints": checkpoints,
                "batch": 7,
            },
        )

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *trouble: object) -> None:
        self._stop.set()
        self._thread.join()


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "not within the time given"
        time.sleep(0.02)


def serve(database: Path, port: int) -> None:
    serve_receiver(database, Tokens("deliver", "read"), clock=lambda: datetime.now(UTC), port=port)


class ReceiverProcess:
    """The reference receiver in a process of its own, which can be killed and started again."""

    def __init__(self, database: Path) -> None:
        self.database = database
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: ForkServerProcess | None = None

    def start(self) -> None:
        self._process = PROCESSES.Process(target=serve, args=(self.database, self._port))
        self._process.start()
        wait_until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
