"""The folder a worker sees: for the length of one statement it holds that statement's snapshots, as hard links."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sandbox.errors import SnapshotMissing

HELD = "held"  # locked for as long as the pool lives
PASS_MODE, READ_MODE = 0o010, 0o040  # the group may pass through a folder, and read a file


class Views:
    """One folder a worker beside the snapshots' own, on the same file system; every pool has a set of its own.

    Where the file system has no hard links every worker sees all snapshots, and `apart` says so.
    """

    def __init__(self, snapshots: Path, *, group: int) -> None:
        self._snapshots = snapshots
        self._group = group
        self._prefix = f"{snapshots.name}-seen-"
        self._seen = snapshots
        self._held = -1
        self.apart = False

    def open(self) -> None:
        """Make the folders; what pools that ended without a word left behind goes away. Raises `OSError`."""
        self._snapshots.mkdir(parents=True, exist_ok=True)
        self._share(self._snapshots, PASS_MODE)
        for left in self._snapshots.parent.glob(f"{self._prefix}*"):
            _remove_if_left(left)
        seen = Path(mkdtemp(prefix=self._prefix, dir=self._snapshots.parent))
        self._held = os.open(seen / HELD, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)
        try:
            os.link(seen / HELD, seen / "tried")
        except OSError:
            self._seen = seen
            self.close()
            return
        (seen / "tried").unlink()
        self._share(seen, PASS_MODE)
        self._seen, self.apart = seen, True

    def close(self) -> None:
        """Take the folders away."""
        if self._held >= 0:
            shutil.rmtree(self._seen, ignore_errors=True)
            os.close(self._held)
            self._held = -1

    def of(self, slot: int) -> Path:
        """The folder that the worker in that slot is confined to, empty."""
        if not self.apart:
            return self._snapshots
        folder = self._seen / str(slot)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        self._share(folder, PASS_MODE)
        return folder

    @contextmanager
    def showing(self, slot: int, paths: Iterable[Path]) -> Iterator[None]:
        """Let the worker in that slot see those snapshots, and no longer than this lasts."""
        links = {path: self._seen / str(slot) / path.name for path in paths} if self.apart else {}
        try:
            for path, link in links.items():
                os.link(path, link, follow_symlinks=False)
            yield
        finally:
            for link in links.values():
                link.unlink(missing_ok=True)

    def admit(self, resource: str, path: Path) -> str:
        """Let the workers' group read a snapshot; which file of which resource it is, in a word.

        Raises `SnapshotMissing` for any file that is none.
        """
        if path.parent.resolve() != self._snapshots or path.is_symlink() or not path.is_file():
            raise SnapshotMissing(resource)
        self._share(path, READ_MODE)
        found = path.stat()
        return f"{resource}={found.st_dev}.{found.st_ino}.{found.st_mtime_ns}"

    def _share(self, path: Path, mode: int) -> None:
        """As root, give the workers' group its right; otherwise the workers are the same user."""
        if os.geteuid() != 0:
            return
        found = path.stat()
        if found.st_gid != self._group:
            os.chown(path, -1, self._group)
        if found.st_mode & mode != mode:
            path.chmod((found.st_mode | mode) & 0o7777)


def _remove_if_left(folder: Path) -> None:
    """Remove the folders of a pool that is gone: nobody holds its lock."""
    try:
        held = os.open(folder / HELD, os.O_RDWR)
    except OSError:
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # its pool is alive
    finally:
        os.close(held)
