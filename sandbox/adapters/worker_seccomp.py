"""System calls by allow-list: a classic BPF program for x86-64 and arm64, put together and loaded without a library."""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable, Sequence

from sandbox.adapters.worker_kernel import LIBC, PR_SET_NAME, KernelSaidNo, checked

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""The kernel's name of the architecture and the place of its numbers below."""

# What an engine with its file open needs to compute, and nothing that makes, changes, reaches or runs anything.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "poll": (7, None),
    "lseek": (8, 62),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "access": (21, None),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "uname": (63, 160),
    "getcwd": (79, 17),
    "readlink": (89, None),
    "gettimeofday": (96, 169),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "getppid": (110, 173),
    "sigaltstack": (131, 132),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_setaffinity": (203, 122),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "fadvise64": (221, 223),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "newfstatat": (262, 79),
    "readlinkat": (267, 78),
    "faccessat": (269, 48),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "statx": (332, 291),
    "rseq": (334, 293),
    "faccessat2": (439, 439),
}
OPEN, OPENAT, CLONE, CLONE3 = (2, None), (257, 56), (56, 220), (435, 435)
MMAP, MPROTECT, FCNTL, PRCTL, PRLIMIT = (9, 222), (10, 226), (72, 25), (157, 167), (302, 261)

WRITING = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000  # write access, create, truncate, append, unnamed file
PROT_EXEC = 4
CLONE_THREAD = 0x00010000
LOCKING = (1, 2, 3, 4, 5, 6, 7, 36, 37, 38)  # descriptor flags, status flags and record locks
PR_SET_VMA = 0x53564D41
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_TSYNC = 1
SECCOMP = {"x86_64": 317, "aarch64": 277}

KILL, ALLOW = 0x80000000, 0x7FFF0000
DENY, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
LOAD, EQUALS, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JSET|K, RET|K
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def program(machine: str) -> list[Instruction]:
    """The filter for that architecture; `KeyError` for one whose numbers are not known.

    >>> len(program("x86_64")) > len(program("aarch64")) > 100
    True
    """
    architecture, column = ARCHITECTURES[machine]
    steps: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUALS, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    for numbers in ALLOWED.values():
        steps += _when(numbers[column], [(RETURN, 0, 0, ALLOW)])
    steps += _when(CLONE3[column], [(RETURN, 0, 0, ABSENT)])  # its flags lie in memory: make libc fall back to clone
    steps += _when(CLONE[column], _if_any_bit(0, CLONE_THREAD, ALLOW, DENY))
    steps += _when(OPEN[column], _if_any_bit(1, WRITING, DENY, ALLOW))
    steps += _when(OPENAT[column], _if_any_bit(2, WRITING, DENY, ALLOW))
    steps += _when(MMAP[column], _if_any_bit(2, PROT_EXEC, DENY, ALLOW))
    steps += _when(MPROTECT[column], _if_any_bit(2, PROT_EXEC, DENY, ALLOW))
    steps += _when(FCNTL[column], _if_one_of(1, LOCKING))
    steps += _when(PRCTL[column], _if_one_of(0, (PR_SET_NAME, PR_SET_VMA)))
    steps += _when(
        PRLIMIT[column], [*_load(2, high=True), (EQUALS, 1, 0, 0), (RETURN, 0, 0, DENY), *_if_one_of(2, (0,))]
    )
    return [*steps, (RETURN, 0, 0, DENY)]


def _when(number: int | None, then: Sequence[Instruction]) -> list[Instruction]:
    """Steps that end the program when the call has that number, and are skipped otherwise."""
    return [] if number is None else [(EQUALS, 0, len(then), number), *then]


def _load(argument: int, *, high: bool = False) -> list[Instruction]:
    return [(LOAD, 0, 0, 16 + 8 * argument + (4 if high else 0))]


def _if_any_bit(argument: int, bits: int, then: int, otherwise: int) -> list[Instruction]:
    return [*_load(argument), (ANY_BIT, 0, 1, bits), (RETURN, 0, 0, then), (RETURN, 0, 0, otherwise)]


def _if_one_of(argument: int, values: Iterable[int]) -> list[Instruction]:
    steps = _load(argument)
    for value in values:
        steps += [(EQUALS, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    return [*steps, (RETURN, 0, 0, DENY)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def restrict_system_calls() -> None:
    """Load the filter on every thread of this process; it cannot be taken off. Raises `KernelSaidNo`."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise KernelSaidNo("seccomp", errno.ENOSYS)
    steps = program(machine)
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    wanted = _Program(len(steps), ctypes.cast(buffer, ctypes.c_void_p))
    number = SECCOMP[machine]
    checked(
        "seccomp",
        LIBC.syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(wanted)),
    )
