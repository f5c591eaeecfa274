"""Receivers for tests: one that fails as it is told, and the real one in a process of its own; and a relay at work."""

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.adapters.otlp import OtlpDelivery
from logs.adapters.receiver import Tokens, serve_receiver
from logs.delivered import Field, fields_of
from logs.errors import ReceiverRefused, ReceiverUnavailable
from logs.model import EventId, Sealed
from logs.receipts import Receipt, receipt
from logs.relay import Audit, Patience, Receiver, relay_forever
from logs.seal import Head
from logs.sealer import Checkpoints, seal_forever
from logs.service import Begin
from tests.logs.factories import NOON

PLATFORM = "resource-platform"
SIGNER = Ed25519Signer(b"receipts" * 4)
IDS = iter(range(1_000_000))
KNOWN = Receiver(PLATFORM, verified, lambda: EventId(f"r{next(IDS)}"))
QUICK = Patience(idle=0.05, first=0.02, most=0.05)
# Forked from a server that has loaded the receiver's modules once: loading them takes seconds.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["logs.adapters.receiver"])


@dataclass
class FakeReceiver:
    """Keeps what it is given; `trouble` is what happens to the next deliveries instead, in turn."""

    kept: list[Sealed] = field(default_factory=list)
    trouble: list[Callable[[Sequence[Sealed]], Receipt | None]] = field(default_factory=list)
    signer: Ed25519Signer = SIGNER
    lost: set[int] = field(default_factory=set)

    def deliver(self, links: Sequence[Sealed]) -> Receipt | None:
        if self.trouble:
            return self.trouble.pop(0)(links)
        return self.take(links)

    def take(self, links: Sequence[Sealed]) -> Receipt:
        if links[0].seq <= len(self.kept) + 1:
            self.kept += links[len(self.kept) + 1 - links[0].seq :]
        self.lost -= {link.seq for link in links}
        return self.end()

    def head(self) -> Receipt:
        return self.end()

    def end(self) -> Receipt:
        head = Head(self.kept[-1].seq, self.kept[-1].seal) if self.kept else Head()
        return receipt(head, self.signer, at=NOON)

    def delivered(self, first: int, count: int) -> Sequence[Mapping[str, Field]]:
        page = self.kept[first - 1 : first - 1 + count]
        return [fields_of(link) for link in page if link.seq not in self.lost]

    def refuse(self, links: Sequence[Sealed]) -> Receipt:
        raise ReceiverRefused(f"{len(links)} records rejected")

    def vanish(self, links: Sequence[Sealed]) -> Receipt:
        raise ReceiverUnavailable(f"no answer to {len(links)} records", after=0.02)

    def lose_acknowledgement(self, links: Sequence[Sealed]) -> Receipt:
        self.take(links)
        raise ReceiverUnavailable("connection lost")

    def forget(self, links: Sequence[Sealed]) -> Receipt:
        said = self.take(links)
        del self.kept[2:]
        return said

    def numbers(self) -> list[int]:
        return [link.seq for link in self.kept]


class relaying:
    """A sealer and a relay at work in threads, stopped on leaving."""

    def __init__(self, begin: Begin, delivery: FakeReceiver | OtlpDelivery) -> None:
        self._stop = threading.Event()
        numbers = iter(range(1_000_000))
        checkpoints = Checkpoints(Ed25519Signer(bytes(32)), lambda: EventId(f"c{next(numbers)}"), every=10)
        told = {"clock": lambda: datetime.now(UTC), "stop": self._stop}
        sealing = {**told, "checkpoints": checkpoints, "idle": 0.02}
        relaying = {**told, "receiver": KNOWN, "patience": QUICK, "batch": 7}
        relaying["audits"] = Audit(lambda last: 0, every=timedelta(milliseconds=50), count=1000)
        self._threads = [
            threading.Thread(target=seal_forever, args=(begin,), kwargs=sealing),
            threading.Thread(target=relay_forever, args=(begin, delivery), kwargs=relaying),
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *trouble: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "not within the time given"
        time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(database: Path, port: int) -> None:
    serve_receiver(database, Tokens("deliver", "read"), clock=lambda: datetime.now(UTC), signer=SIGNER, port=port)


class ReceiverProcess:
    """The reference receiver in a process of its own, which can be killed and started again."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._port = free_port()
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
