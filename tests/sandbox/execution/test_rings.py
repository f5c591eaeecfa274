"""Each ring of confinement alone, then all of them: what a worker's process can still do from inside."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.adapters import worker_kernel as kernel
from sandbox.adapters.worker_seccomp import program
from sandbox.confinement import Ring, RingName, require_rings
from sandbox.errors import RingsMissing
from tests.sandbox.execution.surroundings import NOBODY, open_to_all

PROJECT = Path(__file__).resolve().parents[3]
PROBE = Path(__file__).with_name("probe.py")
HARMLESS = {"read inside", "start a thread"}
RUN_AS_ROOT = os.geteuid() == 0

STOPPED_BY = {
    RingName.USER: {
        "read outside",
        "write outside",
        "write inside",
        "signal the parent",
        "trace the parent",
        "become root",
    },
    RingName.ROOT: {
        "read outside",
        "see outside",
        "list outside",
        "read /proc",
        "write outside",
        "connect by unix socket",
    },
    RingName.NETWORK: {"connect by TCP"},
    RingName.LIMITS: {"write outside", "reserve memory"},
    RingName.PRIVILEGES: {"see the environment", "become root", "load bpf"},
    RingName.LANDLOCK: {
        "read outside",
        "list outside",
        "read /proc",
        "write outside",
        "write inside",
        "connect by TCP",
        "signal the parent",
        "trace the parent",
    },
    RingName.SECCOMP: {
        "write outside",
        "write inside",
        "connect by TCP",
        "connect by unix socket",
        "make a socket",
        "fork",
        "signal the parent",
        "trace the parent",
        "load bpf",
        "set up io_uring",
        "run injected code",
        "become root",
    },
}
"""What a ring stops on its own when the platform runs as root, which is where there is the most to stop."""


@dataclass(frozen=True)
class Surroundings:
    """A folder that stands for the snapshots, a secret beside it, and two listeners."""

    folder: Path
    secret: Path
    port: int
    unix: Path

    def probe(self, *rings: RingName, as_nobody: str | None = None) -> tuple[set[str], set[str]]:
        """The rings that stood, and what was managed from inside them."""
        user = None if as_nobody is None else NOBODY
        command = [
            as_nobody or sys.executable,
            str(PROBE),
            str(self.folder),
            str(self.secret),
            str(self.port),
            str(self.unix),
        ]
        ran = subprocess.run(
            [*command, ",".join(rings)],
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT), "PROBE_SECRET": "x", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=60,
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        assert ran.returncode == 0, ran.stderr.decode()
        told = json.loads(ran.stdout)
        return set(told["rings"]), set(told["managed"])


@pytest.fixture
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Open to every user as far as permissions go, so that only the rings can stop anything."""
    base = open_to_all(tmp_path_factory.mktemp("rings"))
    snapshots, outside = base / "snapshots", base / "outside"
    snapshots.mkdir()
    outside.mkdir()
    (snapshots / "inside").write_text("snapshot", encoding="ascii")
    (outside / "secret").write_text("secret", encoding="ascii")
    (outside / "secret").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(outside / "unix"))
        (outside / "unix").chmod(0o777)
        unix.listen()
        yield Surroundings(snapshots, outside / "secret", tcp.getsockname()[1], outside / "unix")


def test_without_any_ring_everything_is_possible(around: Surroundings) -> None:
    rings, managed = around.probe()
    assert rings == set()
    assert managed >= {"read outside", "write outside", "write inside", "connect by TCP", "fork", "see the environment"}


@pytest.mark.skipif(not RUN_AS_ROOT, reason="an ordinary user has less to lose; see the test for ordinary users")
@pytest.mark.parametrize("ring", STOPPED_BY)
def test_each_ring_alone_stops_what_it_promises(around: Surroundings, ring: RingName) -> None:
    _, free = around.probe()
    rings, managed = around.probe(ring)
    if ring not in rings:
        pytest.skip(f"this kernel or container does not offer the ring {ring}")
    assert managed & STOPPED_BY[ring] == set()
    assert free & STOPPED_BY[ring], "the ring was tried against nothing"
    assert managed >= HARMLESS


def test_inside_all_rings_a_worker_can_read_snapshots_compute_and_nothing_else(around: Surroundings) -> None:
    rings, managed = around.probe(*RingName)
    if rings < set(RingName) - {RingName.ENGINE, RingName.SNAPSHOTS}:
        pytest.skip(f"this machine offers only {sorted(rings)}")
    assert managed == HARMLESS


@pytest.mark.skipif(not RUN_AS_ROOT, reason="only root can start a process as somebody else")
def test_an_ordinary_user_gets_fewer_rings_and_they_still_hold(around: Surroundings, ordinary_python: str) -> None:
    rings, managed = around.probe(*RingName, as_nobody=ordinary_python)
    assert RingName.USER not in rings
    assert rings >= {RingName.LIMITS, RingName.PRIVILEGES}
    if {RingName.LANDLOCK, RingName.SECCOMP} <= rings:
        assert managed - {"see outside"} == HARMLESS


def test_a_demanded_ring_that_is_missing_refuses_and_names_itself() -> None:
    rings = tuple(Ring(name, name is not RingName.USER) for name in RingName)
    require_rings(rings, frozenset({RingName.LANDLOCK, RingName.SECCOMP}))
    with pytest.raises(RingsMissing) as refused:
        require_rings(rings, frozenset({RingName.USER, RingName.LANDLOCK}))
    assert refused.value.missing == (RingName.USER,)
    assert "user" in refused.value.detail("zh")
    assert refused.value.remedy("zh")


def test_a_ring_that_nobody_reported_counts_as_missing() -> None:
    with pytest.raises(RingsMissing):
        require_rings((), frozenset({RingName.SECCOMP}))


def test_every_ring_says_what_it_stops_in_both_languages() -> None:
    for name in RingName:
        assert Ring(name, available=True).stops["zh"]
        assert Ring(name, available=True).stops["en"]


def test_the_filter_of_system_calls_is_well_formed_on_both_architectures() -> None:
    for machine in ("x86_64", "aarch64"):
        steps = program(machine)
        assert len(steps) < 4096
        for place, (_, then, otherwise, _) in enumerate(steps):
            assert max(then, otherwise) < 256
            assert place + 1 + max(then, otherwise) < len(steps) or place + 1 == len(steps)


def test_an_architecture_whose_numbers_are_unknown_has_no_filter() -> None:
    with pytest.raises(KeyError):
        program("vax")


def test_a_call_the_kernel_refuses_is_an_error_with_its_name() -> None:
    with pytest.raises(kernel.KernelSaidNo) as refused:
        kernel.prctl(0x7FFF, 0)
    assert refused.value.call == "prctl"
