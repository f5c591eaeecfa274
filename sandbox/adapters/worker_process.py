"""The platform's side of one worker, and of the process that starts them."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from sandbox.adapters import worker_frames as frames
from sandbox.adapters.worker_engine import EngineSettings
from sandbox.adapters.worker_rings import Confinement
from sandbox.adapters.worker_stream import Incoming
from sandbox.confinement import RingName
from sandbox.errors import QueryFailed, QueryKilled, QueryTooLarge, WorkersUnavailable
from sandbox.execution import Limits
from sandbox.failures import Failure, Killed

PROJECT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30.0
SLACK = 1 << 20  # bytes an Arrow stream needs beside its columns

# One thread and no background work in the process that forks: a forked child inherits locks, not threads.
ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


class WorkerProcess:
    """A confined process and the socket to it; one statement at a time, and killed by signal.

    `held` says which snapshots it keeps open, `None` that it has none yet; `waiting`: it has nothing left to say.
    """

    def __init__(self, channel: socket.socket, handle: int, pid: int, slot: int) -> None:
        self._channel = channel
        self._handle = handle
        self.pid = pid
        self.slot = slot
        self.served = 0
        self.rings: frozenset[RingName] = frozenset()
        self.held: str | None = None
        self.waiting = False

    def await_ready(self) -> None:
        """Wait until it stands confined and says inside which rings; raises `WorkersUnavailable`."""
        self._channel.settimeout(READY_SECONDS)
        try:
            header, _ = frames.read(self._channel.recv, most=0)
            self.rings = frozenset(map(RingName, header["ready"]))
            self.waiting = True
        except (OSError, frames.FrameBroken, KeyError, ValueError) as cause:
            self.kill()
            raise WorkersUnavailable from cause

    @contextmanager
    def ask(
        self, sql: str, *, snapshots: Mapping[str, Path], held: str, safe: Mapping[str, pa.Table], limits: Limits
    ) -> Iterator[pa.RecordBatchReader]:
        """The answer as it comes; raises `QueryFailed`, `QueryTooLarge`, `QueryKilled` (by time, or since it ended).

        The first two and the last may come out of the batches as well.
        """
        self.served += 1
        self.waiting = False
        self.held = held
        deadline = time.monotonic() + limits.seconds
        blobs = [_stream(table) for _, table in sorted(safe.items())]
        header = {
            "sql": sql,
            "snapshots": {resource: path.name for resource, path in snapshots.items()},
            "held": held,
            "safe": sorted(safe),
            "rows": limits.rows,
            "bytes": limits.bytes,
        }
        with self._until(deadline, limits):
            parts: list[bytes | memoryview] = [frames.written(header, blobs), *blobs]
            for part in parts:
                self._hurry(deadline)
                self._channel.sendall(part)
        with Incoming(lambda: self._frame(deadline, limits), most=limits.bytes + SLACK) as incoming:
            with self._honest():
                stream = pa.ipc.open_stream(incoming)
            yield pa.RecordBatchReader.from_batches(stream.schema, self._checked(stream, incoming, limits))

    def _frame(self, deadline: float, limits: Limits) -> tuple[frames.Header, list[bytes]]:
        """The next part of an answer; raises what the worker says went wrong."""
        with self._until(deadline, limits):
            frame = frames.read(lambda size: self._read(size, deadline), most=limits.bytes + SLACK)
        self.waiting = frame[0].keys() != {"part"}
        if "failure" in frame[0]:
            self.held = None
            raise _failure(frame[0]["failure"], limits)
        return frame

    def _checked(self, stream: pa.RecordBatchReader, incoming: Incoming, limits: Limits) -> Iterator[pa.RecordBatch]:
        """What the worker sent, checked throughout: it may be in someone else's hands."""
        rows = 0
        while True:
            try:
                with self._honest():
                    batch = stream.read_next_batch()
                    batch.validate(full=True)
            except StopIteration:
                break
            rows += batch.num_rows
            if rows > limits.rows:
                self.kill()
                raise QueryFailed(Failure.OTHER)
            yield batch
        with self._honest():
            incoming.drain()

    @contextmanager
    def _until(self, deadline: float, limits: Limits) -> Iterator[None]:
        """Kill it when its time runs out; tell its end by other means from that."""
        try:
            self._hurry(deadline)
            yield
        except TimeoutError:
            self.kill()
            raise QueryKilled(Killed.TIMEOUT, limits.seconds) from None
        except (OSError, frames.FrameBroken):
            self.kill()
            raise QueryKilled(Killed.DIED) from None

    @contextmanager
    def _honest(self) -> Iterator[None]:
        """Kill one that sends what no honest worker would send."""
        try:
            yield
        except (ValueError, frames.FrameBroken, pa.ArrowException):
            self.kill()
            raise QueryFailed(Failure.OTHER) from None

    @property
    def alive(self) -> bool:
        """Whether it still waits for a request; an ended one has closed its side, an honest one says nothing."""
        readable, _, _ = select.select([self._channel], [], [], 0)
        return not readable

    def kill(self) -> None:
        """End it now, whatever it does; a second time does nothing."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and let go of what was held for it."""
        self.kill()
        self._channel.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _read(self, size: int, deadline: float) -> bytes:
        self._hurry(deadline)
        return self._channel.recv(size)

    def _hurry(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._channel.settimeout(left)


def _failure(kind: str, limits: Limits) -> QueryFailed:
    if kind == Failure.TOO_LARGE:
        return QueryTooLarge(rows=limits.rows, bytes=limits.bytes)
    return QueryFailed(Failure(kind) if kind in set(Failure) else Failure.OTHER)


def _stream(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return memoryview(sink.getvalue())


class Nursery:
    """The process that has the engine imported and forks workers on request."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-s", "-m", "sandbox.adapters.worker_main", str(theirs.fileno())],
                cwd=PROJECT,
                env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control.settimeout(READY_SECONDS)

    def start(self, confinement: Confinement, engine: EngineSettings, *, slot: int) -> WorkerProcess:
        """A new worker, ready and confined; raises `WorkersUnavailable`."""
        request = {"confinement": confinement.written(), "engine": engine.written()}
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno()])
            text, handles, _, _ = socket.recv_fds(self._control, 64, 1)
            (handle,) = handles
        except (OSError, ValueError) as cause:
            ours.close()
            raise WorkersUnavailable from cause
        worker = WorkerProcess(ours, handle, int(text), slot)
        worker.await_ready()
        return worker

    @property
    def alive(self) -> bool:
        """Whether it can still start workers."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def close(self) -> None:
        """End it, and with it every worker it started."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
