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
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset  # the engine looks for it when it reads Arrow, and a confined worker can import nothing

from sandbox.adapters import worker_frames as frames
from sandbox.adapters.worker_engine import (
    FATAL,
    EngineSettings,
    compute,
    failure_of,
    furnish,
    lent,
    open_engine,
    spread,
)
from sandbox.adapters.worker_rings import Confined, Confinement, close_all_but, confine
from sandbox.adapters.worker_stream import Outgoing
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
    furnish(engine, {}, locked=settings.locked)
    with lent(engine, {"r": pa.table({"k0": ["a"], "m0": [1.5]})}) as connection:
        schema, batches = compute(connection, REHEARSAL, rows=9, most=1 << 20, locked=settings.locked)
        with Outgoing(lambda header, blob: None) as outgoing, pa.ipc.new_stream(outgoing, schema) as stream:
            for batch in batches:
                stream.write_batch(batch)
        try:
            compute(connection, "SELECT CAST('x' AS DATE)", rows=9, most=1 << 20, locked=settings.locked)
        except duckdb.Error as cause:
            failure_of(cause)
    engine.close()


class Worker:
    """A confined process, its one open descriptor, and an engine that keeps one set of snapshots attached.

    A statement over the same set finds them open; for another set there is another engine, so that no statement can
    reach what it was not given. What a statement leaves in its connection goes with the connection; after a failure
    the engine goes as well.
    """

    def __init__(self, channel: int, settings: EngineSettings, confined: Confined) -> None:
        self._channel = channel
        self._settings = settings
        self._folder = confined.folder
        self._once = answers_once(confined.rings)
        self._held: str | None = None

    def serve(self, engine: duckdb.DuckDBPyConnection, rings: list[RingName]) -> None:
        """Say which rings stand, then answer requests until the platform closes its side.

        `engine` was opened before the rings stood. One that opens where it sees the system's files and may not read
        them ends the process, so that a worker in such a place has one engine, for one set of snapshots.
        """
        self._send({"ready": rings})
        failed = None
        spread(engine, self._settings)
        while failed not in FATAL:
            request, blobs = frames.read(lambda size: os.read(self._channel, size), most=MOST_IN)
            if self._held not in (None, request["held"]):
                if self._once:
                    return
                engine = self._another(engine)
            failed = self._answer(engine, request, blobs)
            del request, blobs
            if failed is not None:
                if self._once:
                    return
                engine = self._another(engine)

    def _another(self, engine: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """A fresh engine in place of that one."""
        self._held = None
        engine.close()
        gc.collect()
        fresh = open_engine(self._settings)
        spread(fresh, self._settings)
        return fresh

    def _answer(self, engine: duckdb.DuckDBPyConnection, request: frames.Header, blobs: list[bytes]) -> Failure | None:
        locked = self._settings.locked
        try:
            if self._held is None:
                self._held = request["held"]
                named = request["snapshots"].items()
                furnish(engine, {name: str(self._folder / Path(file).name) for name, file in named}, locked=locked)
            safe = {
                release: pa.ipc.open_stream(blob).read_all()
                for release, blob in zip(request["safe"], blobs, strict=True)
            }
            with lent(engine, safe) as connection:
                schema, batches = compute(
                    connection, request["sql"], rows=request["rows"], most=request["bytes"], locked=locked
                )
                with Outgoing(self._send) as outgoing, pa.ipc.new_stream(outgoing, schema) as stream:
                    for batch in batches:
                        stream.write_batch(batch)
        except Exception as cause:  # noqa: BLE001  # whatever it is, only its kind may leave this process
            failure = failure_of(cause)
            self._send({"failure": failure})
            return failure
        self._send({"end": True})
        return None

    def _send(self, header: frames.Header, *blobs: memoryview) -> None:
        for part in (memoryview(frames.written(header, blobs)), *blobs):
            rest = part
            while rest:
                rest = rest[os.write(self._channel, rest) :]


if __name__ == "__main__":
    start_workers(socket.socket(fileno=int(sys.argv[1])))
