"""The parts as real processes of their own, which end when the demonstration ends, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import httpx

from api.faults import PartDidNotStart
from api.launch import announcement

PATIENCE = 60.0  # seconds a part has to come up
GRACE = 10.0  # seconds it has to finish what is under way
PR_SET_PDEATHSIG = 1
ORDER = ("serve", "relay", "receiver")


class Parts:
    """The parts started so far, each writing to a log file of its own in the state folder."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, part: str, *arguments: str) -> None:
        """Start `python -m api <part>` on this state folder."""
        command = [sys.executable, "-m", "api", part, "--state", str(self._state), *arguments]
        with self.log(part).open("ab") as output:
            self._running[part] = subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=Path(__file__).resolve().parents[2],
                start_new_session=True,  # Ctrl-C reaches the demonstration alone, which ends the parts in order
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - nothing else runs in this process yet
            )

    def log(self, part: str) -> Path:
        """Where a part writes what it has to say."""
        folder = self._state / "run"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{part}.log"

    def address(self, part: str) -> str:
        """Where a part answers, once it does; raises `PartDidNotStart`."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and self._running[part].poll() is None:
            url = announcement(self._state, part)
            if url is not None and _answers(url):
                return url
            time.sleep(0.05)
        raise PartDidNotStart(part, log=str(self.log(part)))

    def wait(self) -> None:
        """Until a part ends by itself; raises `PartDidNotStart` naming it."""
        while True:
            for part, running in self._running.items():
                if running.poll() is not None:
                    raise PartDidNotStart(part, log=str(self.log(part)))
            time.sleep(0.5)

    def stop(self) -> None:
        """End every part, whoever records before whoever delivers before whoever receives; kill those that do not."""
        for part in sorted(self._running, key=ORDER.index):
            running = self._running[part]
            with contextlib.suppress(ProcessLookupError):
                running.terminate()
            try:
                running.wait(GRACE)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                running.wait()
        self._running.clear()


@contextlib.contextmanager
def parts_in(state: Path) -> Iterator[Parts]:
    """Parts that are stopped on leaving, on Ctrl-C and on SIGTERM alike."""
    parts = Parts(state)
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield parts
    finally:
        signal.signal(signal.SIGTERM, before)
        parts.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2.0, trust_env=False).status_code < 500  # noqa: PLR2004
    except httpx.HTTPError:
        return False


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
