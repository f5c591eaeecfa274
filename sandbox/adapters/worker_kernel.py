"""The few calls to the kernel that Python has no name for: namespaces, no new privileges, capabilities, landlock."""

import ctypes
import errno
import os
import struct
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_NO_NEW_PRIVS = 1, 4, 15, 38
CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
CAPSET = {"x86_64": 126, "aarch64": 91}
CAPABILITY_VERSION = 0x20080522

# The same number on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE = 1 << 2
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each version of landlock knows
NETWORK_SINCE, SCOPES_SINCE = 4, 6


class KernelSaidNo(OSError):
    """A call failed: the machine does not offer that ring, or this process has no right to it."""

    def __init__(self, call: str, number: int) -> None:
        super().__init__(number, os.strerror(number))
        self.call = call


def checked(call: str, answer: int) -> int:
    """The answer of a call; raises `KernelSaidNo` when it is negative."""
    if answer < 0:
        raise KernelSaidNo(call, ctypes.get_errno() or errno.EPERM)
    return answer


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process."""
    checked("prctl", LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def unshare(flags: int) -> None:
    """Leave the namespaces named by the flags."""
    checked("unshare", LIBC.unshare(flags))


def drop_capabilities(machine: str) -> None:
    """Give up every capability."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION, 0))
    none = ctypes.create_string_buffer(24)
    checked("capset", LIBC.syscall(CAPSET[machine], header, none))


def landlock_version() -> int:
    """The kernel's version of landlock; 0 when there is none."""
    return max(0, int(LIBC.syscall(CREATE_RULESET, None, 0, 1)))


def restrict_files(folder: Path) -> None:
    """Reading files in the folder stays allowed; every other access to files, TCP and outside processes ends.

    Holds for this thread and those it starts; cannot be taken off. Raises `KernelSaidNo`.
    """
    version = landlock_version()
    if version == 0:
        raise KernelSaidNo("landlock", errno.ENOSYS)
    rights = (1 << FILE_RIGHTS.get(version, max(FILE_RIGHTS.values()))) - 1
    network = 0b11 if version >= NETWORK_SINCE else 0  # bind, connect
    scopes = 0b11 if version >= SCOPES_SINCE else 0  # abstract sockets, signals
    fields = [rights, network, scopes][: 1 + (version >= NETWORK_SINCE) + (version >= SCOPES_SINCE)]
    wanted = ctypes.create_string_buffer(struct.pack(f"={len(fields)}Q", *fields), 8 * len(fields))
    rules = checked("landlock", LIBC.syscall(CREATE_RULESET, wanted, ctypes.c_size_t(8 * len(fields)), 0))
    opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        below = ctypes.create_string_buffer(struct.pack("=Qi", READ_FILE, opened))
        checked("landlock", LIBC.syscall(ADD_RULE, rules, 1, below, 0))
        checked("landlock", LIBC.syscall(RESTRICT_SELF, rules, 0))
    finally:
        os.close(opened)
        os.close(rules)
