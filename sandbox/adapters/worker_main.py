"""The process that starts workers, and a worker's life: confined, ready, one statement after the other.

Started as `python -m sandbox.adapters.worker_main <descriptor>`; talks over that inherited socket and ends with it.
It imports the engine once and forks, so that a new worker is ready in a fraction of the time a fresh start takes.
"""

import gc
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset  # the engine looks for it when it reads Arrow, and a confined worker can import nothing

from sandbox.adapters import worker_frames as frames
from sandbox.adapters.worker_engine import FATAL, EngineSettings, compute, failure_of, furnish, open_engine, spread
from sandbox.adapters.worker_rings import Confined, Confinement, close_all_but, confine
from sandbox.confinement import RingName, answers_once
from sandbox.failures import Failure

MOST_IN = 1 << 30  # bytes of safe tables in one request

REHEARSAL = """
SELECT k0, m0, DATE '2026-01-01' AS d, 1::DECIMAL(9, 2) AS x, TIMESTAMPTZ '2026-01-01 00:00:00+08' AS t FROM safe.r
"""

__all__ = ["pyarrow", "start_workers"]


def start_workers(control: socket.socket) -> None:
    """Fork a worker for every request on the socket until the other side closes it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
        if not message or not descriptors:
            return
        (channel,) = descriptors
        parent = os.getpid()
        worker = os.fork()
        if worker == 0:
            _live(channel, json.loads(message), parent=parent)
        os.close(channel)
        try:
            handle = os.pidfd_open(worker)
        except OSError:  # it has ended already
            control.send(b"0")
            continue
        socket.send_fds(control, [str(worker).encode()], [handle])
        os.close(handle)


def _live(channel: int, request: dict[str, Any], *, parent: int) -> None:
    """A worker's whole life; never returns into the code of the process it was forked from."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        close_all_but(channel)
        settings = EngineSettings.read(request["engine"])
        _rehearse(settings)
        engine = open_engine(settings)
        confined = confine(Confinement.read(request["confinement"]), parent=parent)
        rings = confined.rings | {RingName.ENGINE} if settings.locked else confined.rings
        Worker(channel, settings, confined).serve(engine, sorted(rings))
        code = 0
    except frames.FrameBroken:
        code = 0  # the platform has closed its side
    finally:
        os._exit(code)


def _rehearse(settings: EngineSettings) -> None:
    """Run a small statement the whole way, so that everything is loaded before the files are out of reach."""
    engine = open_engine(settings)
    spread(engine, settings)
    furnish(engine, snapshots={}, safe={"r": pa.table({"k0": ["a"], "m0": [1.5]})}, locked=settings.locked)
    compute(engine, REHEARSAL, rows=9, most=1 << 20, locked=settings.locked)
    try:
        compute(engine, "SELECT CAST('x' AS DATE)", rows=9, most=1 << 20, locked=settings.locked)
    except duckdb.Error as cause:
        failure_of(cause)
    engine.close()


@dataclass(frozen=True, slots=True)
class Worker:
    """A confined process and its one open descriptor."""

    channel: int
    settings: EngineSettings
    confined: Confined

    def serve(self, engine: duckdb.DuckDBPyConnection, rings: list[RingName]) -> None:
        """Say which rings stand, then answer requests until the platform closes its side.

        `engine` was opened before the rings stood. One that opens where it sees the system's files and may not read
        them ends the process, so that a worker in such a place answers once.
        """
        self._send({"ready": rings})
        failed = None
        while failed not in FATAL:
            spread(engine, self.settings)
            request, blobs = frames.read(lambda size: os.read(self.channel, size), most=MOST_IN)
            failed = self._answer(engine, request, blobs)
            engine.close()
            del engine, request, blobs
            gc.collect()
            if answers_once(rings):
                return
            engine = open_engine(self.settings)  # before the request comes, so that it need not wait

    def _answer(self, engine: duckdb.DuckDBPyConnection, request: frames.Header, blobs: list[bytes]) -> Failure | None:
        try:
            folder = self.confined.folder
            furnish(
                engine,
                snapshots={resource: str(folder / Path(name).name) for resource, name in request["snapshots"].items()},
                safe={
                    release: pa.ipc.open_stream(blob).read_all()
                    for release, blob in zip(request["safe"], blobs, strict=True)
                },
                locked=self.settings.locked,
            )
            answer = compute(
                engine, request["sql"], rows=request["rows"], most=request["bytes"], locked=self.settings.locked
            )
        except Exception as cause:  # noqa: BLE001  # whatever it is, only its kind may leave this process
            failure = failure_of(cause)
            self._send({"failure": failure})
            return failure
        self._send({"answer": True}, memoryview(answer))
        return None

    def _send(self, header: frames.Header, *blobs: memoryview) -> None:
        for part in (memoryview(frames.written(header, blobs)), *blobs):
            rest = part
            while rest:
                rest = rest[os.write(self.channel, rest) :]


if __name__ == "__main__":
    start_workers(socket.socket(fileno=int(sys.argv[1])))
