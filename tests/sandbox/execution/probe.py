"""Puts the rings named on the command line around itself, tries to break out, and prints what it managed to do.

`python probe.py <folder> <outside file> <tcp port> <unix socket> <ring,ring,...>`; one JSON object comes out.
"""

import ctypes
import json
import mmap
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sandbox.adapters.worker_kernel import LIBC
from sandbox.adapters.worker_rings import Confinement, confine
from sandbox.confinement import RingName

OWNER = 61150
FOLDER, OUTSIDE, PORT, UNIX = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
PARENT = os.getppid()
SYS_BPF, SYS_PTRACE, SYS_IO_URING_SETUP, SYS_PROCESS_VM_READV = 321, 101, 425, 310
GIB = 1 << 30


def call(number: int, *arguments: int) -> None:
    """A system call by number; raises `OSError` as Python's own do."""
    if LIBC.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def write_inside() -> None:
    """Make a file in the folder of the snapshots, wherever that is seen."""
    for folder in (FOLDER, Path("/")):
        if (folder / "inside").exists():
            (folder / "made").write_text("x", encoding="ascii")
            return
    raise OSError


def read_inside() -> None:
    """Read the file that stands for a snapshot."""
    for path in (FOLDER / "inside", Path("/inside")):
        try:
            path.read_bytes()
        except OSError:
            continue
        return
    raise OSError


def connect(family: int, address: object) -> None:
    """Open a connection to something that listens."""
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.settimeout(2)
        tried.connect(address)


def fork() -> None:
    """Make another process."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def start_thread() -> None:
    """What the engine does all the time."""
    started = threading.Thread(target=lambda: None)
    started.start()
    started.join()


def reserve() -> None:
    """More memory than the limit on address space."""
    mmap.mmap(-1, 8 * GIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000).close()


def grow() -> None:
    """Make a file grow."""
    with OUTSIDE.with_name("grown").open("wb") as grown:
        grown.write(b"x")


def run_code() -> None:
    """Memory that can be written and then run, as injected code needs it."""
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def become_root() -> None:
    """Gain back what was given up."""
    os.setresuid(0, 0, 0)
    os.chown(OUTSIDE, 1, 1)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "read inside": read_inside,
    "start a thread": start_thread,
    "read outside": OUTSIDE.read_bytes,
    "see outside": OUTSIDE.stat,
    "list outside": lambda: os.listdir(OUTSIDE.parent),
    "read /proc": lambda: Path("/proc/self/environ").read_bytes(),
    "write outside": grow,
    "write inside": write_inside,
    "connect by TCP": lambda: connect(socket.AF_INET, ("127.0.0.1", PORT)),
    "connect by unix socket": lambda: connect(socket.AF_UNIX, UNIX),
    "make a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "fork": fork,
    "signal the parent": lambda: os.kill(PARENT, 0),
    "trace the parent": lambda: call(SYS_PTRACE, 0x4206, PARENT, 0, 0),
    "load bpf": lambda: call(SYS_BPF, 0, 0, 0),
    "set up io_uring": lambda: call(SYS_IO_URING_SETUP, 0, 0),
    "run injected code": run_code,
    "become root": become_root,
    "reserve memory": reserve,
    "see the environment": lambda: os.environ["PROBE_SECRET"],
}


def main() -> None:
    """Confine, try everything, tell."""
    rings = frozenset(map(RingName, filter(None, sys.argv[5].split(","))))
    root = os.geteuid() == 0
    confined = confine(
        Confinement(FOLDER, OWNER if root else None, OWNER if root else None, address_space=2 * GIB, rings=rings),
        parent=PARENT,
    )
    managed = []
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
        except (OSError, KeyError, RuntimeError, MemoryError):
            continue
        managed.append(name)
    sys.stdout.write(json.dumps({"rings": sorted(confined.rings), "managed": managed}))


main()
