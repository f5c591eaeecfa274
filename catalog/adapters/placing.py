"""Where snapshots are prepared and how they are put in place: whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from catalog.errors import ArrivalBroken, SnapshotNotPlaced
from catalog.model import Digest

LEFTOVER = ".arriving-"
STALE = 86_400
"""Seconds after which a room that a crash left behind is cleared away."""


UNWRITTEN = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException)
"""What the engine raises when its files cannot be written; a commit that does not reach the disk is the last."""


def snapshot_path(folder: Path, digest: Digest) -> Path:
    """Where the snapshot of that digest lies."""
    return folder / f"{digest}.duckdb"


def place(digest: Digest, *, room: Path, folder: Path) -> None:
    """Move a finished snapshot to where readers look; it appears whole or not at all."""
    refused = room / f"{digest}.parquet"
    if refused.exists():
        (folder / "quarantine").mkdir(mode=0o700, exist_ok=True)
        _move(refused, folder / "quarantine" / refused.name)
    _move(room / f"{digest}.duckdb", snapshot_path(folder, digest))


def _move(source: Path, goal: Path) -> None:
    with source.open("rb") as file:
        os.fsync(file.fileno())
    if goal.exists():
        return
    source.chmod(0o444)
    source.rename(goal)
    opened = os.open(goal.parent, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def clear_leftovers(folder: Path, *, before: datetime) -> None:
    """Remove rooms that a crash left behind a day or more before."""
    for left in folder.glob(f"{LEFTOVER}*"):
        if left.stat().st_mtime < before.timestamp() - STALE:
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def room_in(folder: Path) -> Iterator[Path]:
    """A folder of one's own inside the target, on the same file system; gone afterwards, whatever happens."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=LEFTOVER, dir=folder, ignore_cleanup_errors=True) as room:
            yield Path(room)
    except OSError as failed:
        raise SnapshotNotPlaced(str(folder), _cause(failed)) from None


@contextmanager
def connected(room: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A staging database in memory that spills into the room, may read files and loads nothing."""
    try:
        connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "temp_directory": str(room / "spill"),
            },
        )
    except duckdb.Error as failed:
        raise SnapshotNotPlaced(str(room.parent), _cause(failed)) from None
    with connection:
        yield connection


@contextmanager
def own_words(resource: str, folder: Path) -> Iterator[None]:
    """The engine's messages quote values, so none of them goes further than here."""
    try:
        yield
    except UNWRITTEN as failed:
        raise SnapshotNotPlaced(str(folder), _cause(failed)) from None
    except duckdb.Error as failed:
        raise ArrivalBroken(resource, type(failed).__name__) from None


def _cause(failed: Exception) -> str:
    if isinstance(failed, duckdb.OutOfMemoryException):
        return "memory"
    full = isinstance(failed, OSError) and failed.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return "full" if full or "No space left" in str(failed) or "File too large" in str(failed) else "unwritable"
