"""Putting the rings around this process, once, in the one order that works; what the machine refuses is reported."""

import contextlib
import os
import platform
import resource
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from sandbox.adapters import worker_kernel as kernel
from sandbox.adapters.worker_seccomp import restrict_system_calls
from sandbox.confinement import RingName

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a worker is confined to. `user` is its own uid, `None` where the platform does not run as root.

    Bytes and seconds of CPU; `processes` counts threads, since the kernel does.
    """

    folder: Path
    user: int | None
    group: int | None
    address_space: int = 3 * GIB
    cpu_seconds: int = 3600
    open_files: int = 64
    processes: int = 64
    rings: frozenset[RingName] = field(default_factory=lambda: frozenset(RingName))

    def written(self) -> dict[str, Any]:
        """As it travels to the process that starts workers."""
        return {**asdict(self), "folder": str(self.folder), "rings": sorted(self.rings)}

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        """The inverse of `written`."""
        rings = frozenset(map(RingName, fields["rings"]))
        return cls(**{**fields, "folder": Path(fields["folder"]), "rings": rings})


@dataclass(frozen=True, slots=True)
class Confined:
    """Which rings stand, and where the snapshots' folder is seen from inside."""

    rings: frozenset[RingName]
    folder: Path


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, also when that has happened already."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def confine(wanted: Confinement, *, parent: int) -> Confined:
    """Confine this process for good. To be called with one thread, everything imported and nothing else open."""
    standing: set[RingName] = set()
    folder = wanted.folder

    def ring(name: RingName, put_up: Callable[[], None]) -> bool:
        if name not in wanted.rings:
            return False
        try:
            put_up()
        except (OSError, ValueError):
            return False
        standing.add(name)
        return True

    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    os.chdir(folder)
    alone = _alone()
    root = os.geteuid() == 0
    ring(RingName.NETWORK, lambda: _leave_networks(own_user_space=not root))
    if ring(RingName.ROOT, lambda: _change_root(folder)):
        folder = Path("/")
    if root and wanted.user is not None and wanted.group is not None:
        user, group = wanted.user, wanted.group
        if RingName.ROOT in standing or _open_to_all(wanted.folder):  # as somebody else it must still find the folder
            ring(RingName.USER, lambda: _become(user, group))
    ring(RingName.LIMITS, lambda: _limit(wanted, own_user=RingName.USER in standing))
    if not ring(RingName.PRIVILEGES, _renounce):
        with contextlib.suppress(OSError):
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)  # the two rings below need it
    die_with_parent(parent)
    if alone:  # landlock binds the calling thread and its children, not its siblings
        ring(RingName.LANDLOCK, lambda: kernel.restrict_files(folder))
    ring(RingName.SECCOMP, restrict_system_calls)
    return Confined(frozenset(standing), folder)


def _alone() -> bool:
    """Whether this process has a single thread."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _open_to_all(folder: Path) -> bool:
    """Whether every user may pass through the folders above."""
    return all(place.stat().st_mode & 0o001 for place in folder.parents)


def _leave_networks(*, own_user_space: bool) -> None:
    """A namespace without an interface; an ordinary user needs a user namespace of its own for that."""
    flags = kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC
    kernel.unshare(flags | kernel.CLONE_NEWUSER if own_user_space else flags)


def _change_root(folder: Path) -> None:
    os.chroot(folder)
    os.chdir("/")


def _become(user: int, group: int) -> None:
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def _limit(wanted: Confinement, *, own_user: bool) -> None:
    limits = {
        resource.RLIMIT_AS: wanted.address_space,
        resource.RLIMIT_CPU: wanted.cpu_seconds,
        resource.RLIMIT_NOFILE: wanted.open_files,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if own_user:  # the count is the user's, so an ordinary user's other processes would stand in it
        limits[resource.RLIMIT_NPROC] = wanted.processes
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def _renounce() -> None:
    """No capability, no new privilege, no environment, and no other process of the same user may look inside."""
    os.environ.clear()
    kernel.drop_capabilities(platform.machine())
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def close_all_but(*kept: int) -> None:
    """Close every descriptor from 3 on except those kept."""
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = max(low, descriptor + 1)
    os.closerange(low, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
