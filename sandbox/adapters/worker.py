"""Executor over a pool of confined DuckDB workers: each serves one statement at a time, the dead are replaced."""

import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from sandbox.adapters.worker_engine import FATAL, EngineSettings
from sandbox.adapters.worker_process import Nursery, WorkerProcess
from sandbox.adapters.worker_rings import Confinement
from sandbox.adapters.worker_view import Views
from sandbox.confinement import Ring, RingName, answers_once
from sandbox.errors import QueryFailed, QueryKilled, WorkersBusy, WorkersUnavailable
from sandbox.execution import Limits
from sandbox.failures import Killed
from sandbox.plan import Statement

RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many workers stand ready and what each may take.

    `first_user` is the uid of the first worker, the next ones follow; it is the gid of all. Used when run as root.
    `patience` is how long a statement waits for a free worker, in seconds. `lifetime` counts statements.
    """

    workers: int = 2
    engine: EngineSettings = field(default_factory=EngineSettings)
    address_space: int = 3 << 30
    cpu_seconds: int = 3600
    first_user: int = 61100
    patience: float = 60.0
    lifetime: int = 1_000
    rings: frozenset[RingName] = field(default_factory=lambda: frozenset(RingName))


@dataclass(slots=True)
class _Turn:
    """One statement's stay in the pool, waiting or running."""

    worker: WorkerProcess | None = None
    cancelled: bool = False


class WorkerPool:
    """Runs statements in confined workers over the snapshots of one folder (`sandbox.execution.Executor`)."""

    def __init__(self, folder: Path, settings: PoolSettings | None = None) -> None:
        self._settings = settings or PoolSettings()
        self._views = Views(folder.resolve(), group=self._settings.first_user)
        self._changed = threading.Condition()
        self._idle: deque[WorkerProcess] = deque()
        self._free_slots = deque(range(self._settings.workers))
        self._turns: dict[str, _Turn] = {}
        self._rings: frozenset[RingName] = frozenset()
        self._refusing = False
        self._closed = False
        self._nursery: Nursery | None = None
        self._keeper = threading.Thread(target=self._keep, name="worker-pool", daemon=True)

    def start(self) -> Self:
        """Start the workers and wait for the first; raises `WorkersUnavailable`."""
        try:
            self._views.open()
        except OSError as cause:
            raise WorkersUnavailable from cause
        self._admit(self._new_worker(self._free_slots.popleft()))
        self._keeper.start()
        return self

    @contextmanager
    def stream(
        self,
        statement: Statement,
        *,
        snapshots: Mapping[str, Path],
        safe: Mapping[str, pa.Table],
        limits: Limits,
        id: str,
    ) -> Iterator[pa.RecordBatchReader]:
        """The statement's answer as it comes; raises `QueryFailed`, `QueryTooLarge`, `QueryKilled`,
        `SnapshotMissing`, `WorkersBusy`, `WorkersUnavailable`.
        """
        held = " ".join(self._views.admit(resource, path) for resource, path in sorted(snapshots.items()))
        with (
            self._turn(id) as turn,
            self._worker(turn, held) as worker,
            self._showing(worker, set(snapshots.values())),
        ):
            try:
                with worker.ask(statement.sql, snapshots=snapshots, held=held, safe=safe, limits=limits) as answer:
                    yield answer
            except QueryKilled:
                if turn.cancelled:
                    raise QueryKilled(Killed.CANCELLED) from None
                raise

    def cancel(self, id: str) -> bool:
        """Kill the statement under that id, running or waiting; whether there was one."""
        with self._changed:
            turn = self._turns.get(id)
            if turn is None:
                return False
            turn.cancelled = True
            if turn.worker is not None:
                turn.worker.kill()
            self._changed.notify_all()
            return True

    def rings(self) -> tuple[Ring, ...]:
        """Every ring, and whether the workers stand inside it."""
        walled = self._views.apart and self._rings & {RingName.ROOT, RingName.LANDLOCK}
        standing = self._rings | ({RingName.SNAPSHOTS} if walled else set())
        return tuple(Ring(name, name in standing) for name in RingName)

    def close(self) -> None:
        """End every worker; statements still running are killed."""
        with self._changed:
            self._closed = True
            for turn in self._turns.values():
                turn.cancelled = True
                if turn.worker is not None:
                    turn.worker.kill()
            while self._idle:
                self._idle.popleft().close()
            self._changed.notify_all()
        if self._keeper.is_alive():
            self._keeper.join()
        if self._nursery is not None:
            self._nursery.close()
        self._views.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _turn(self, id: str) -> Iterator[_Turn]:
        with self._changed:
            if id in self._turns:
                raise ValueError(f"a statement is already running under the id {id}")
            turn = self._turns[id] = _Turn()
        try:
            yield turn
        finally:
            with self._changed:
                del self._turns[id]

    @contextmanager
    def _showing(self, worker: WorkerProcess, paths: Collection[Path]) -> Iterator[None]:
        try:
            with self._views.showing(worker.slot, paths):
                yield
        except OSError as cause:
            raise WorkersUnavailable from cause

    @contextmanager
    def _worker(self, turn: _Turn, held: str) -> Iterator[WorkerProcess]:
        """A worker of one's own for as long as it lasts; it goes back to the others only when it is sound."""
        worker = self._take(turn, held)
        fatal = False
        try:
            yield worker
        except QueryFailed as failed:
            fatal = failed.failure in FATAL or answers_once(worker.rings)
            raise
        finally:
            with self._changed:
                turn.worker = None
                sound = worker.waiting and not fatal and worker.served < self._settings.lifetime
                if sound and not turn.cancelled and not self._closed:
                    self._idle.append(worker)
                else:
                    self._discard(worker)
                self._changed.notify_all()

    def _discard(self, worker: WorkerProcess) -> None:
        """Close it and let the keeper start another in its place; to be called holding the condition."""
        worker.close()
        self._free_slots.append(worker.slot)
        self._changed.notify_all()

    def _take(self, turn: _Turn, held: str) -> WorkerProcess:
        deadline = time.monotonic() + self._settings.patience
        with self._changed:
            while True:
                if turn.cancelled or self._closed:
                    raise QueryKilled(Killed.CANCELLED)
                worker = self._choose(held)
                if worker is not None:
                    turn.worker = worker
                    return worker
                if self._refusing and len(self._free_slots) == self._settings.workers:
                    raise WorkersUnavailable
                left = deadline - time.monotonic()
                if left <= 0:
                    raise WorkersBusy
                self._changed.wait(left)

    def _choose(self, held: str) -> WorkerProcess | None:
        """An idle worker: one that has those snapshots open, else one that has none, else the one idle longest."""
        for ended in [worker for worker in self._idle if not worker.alive]:
            self._idle.remove(ended)
            self._discard(ended)
        if not self._idle:
            return None
        chosen = min(self._idle, key=lambda worker: 0 if worker.held == held else 1 if worker.held is None else 2)
        self._idle.remove(chosen)
        if chosen.held in (None, held) or not answers_once(chosen.rings):
            return chosen
        self._discard(chosen)  # it has the one engine it may have
        return None

    def _keep(self) -> None:
        """Replace what has ended, for as long as the pool is open."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._free_slots)
                if self._closed:
                    return
                slot = self._free_slots.popleft()
            try:
                worker = self._new_worker(slot)
            except WorkersUnavailable:
                with self._changed:
                    self._refusing = True
                    self._free_slots.append(slot)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._closed, RETRY_SECONDS)
                continue
            self._admit(worker)

    def _admit(self, worker: WorkerProcess) -> None:
        with self._changed:
            self._refusing = False
            self._rings = worker.rings
            if self._closed:
                worker.close()
            else:
                self._idle.append(worker)
            self._changed.notify_all()

    def _new_worker(self, slot: int) -> WorkerProcess:
        if self._nursery is None or not self._nursery.alive:
            if self._nursery is not None:
                self._nursery.close()
            try:
                self._nursery = Nursery()
            except OSError as cause:
                raise WorkersUnavailable from cause
        settings = self._settings
        confinement = Confinement(
            folder=self._views.of(slot),
            user=settings.first_user + slot,
            group=settings.first_user,
            address_space=settings.address_space,
            cpu_seconds=settings.cpu_seconds,
            rings=settings.rings,
        )
        return self._nursery.start(confinement, settings.engine, slot=slot)
