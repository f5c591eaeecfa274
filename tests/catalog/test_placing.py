"""A snapshot is placed whole or not at all: a full disk, a folder that takes nothing, a process that dies."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.adapters.placing import LEFTOVER
from catalog.arrival import Supply
from catalog.errors import SnapshotNotPlaced
from tests.catalog.factories import NOON, arrive, csv_file, declared, placed

ROOT = Path(__file__).parents[2]
DISK_FULL = """
import resource, sys
from pathlib import Path
from catalog.errors import SnapshotNotPlaced
from tests.catalog.factories import arrive_file, declared
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    arrive_file(Path(sys.argv[1]), Path(sys.argv[1]) / "visit.csv", declared(privacy_unit="k"))
except SnapshotNotPlaced as refused:
    print(refused.cause)
"""
DIES = """
import os, signal, sys
from pathlib import Path
from catalog.adapters.duckdb import take_in
from catalog.arrival import Step, Supply
from tests.catalog.factories import NOON, SECRET, declared
def watch(resource, step):
    if step is Step[sys.argv[2]]:
        os.kill(os.getpid(), signal.SIGKILL)
folder = Path(sys.argv[1])
supplies = [Supply(declared(name, privacy_unit="k"), folder / "visit.csv") for name in ("one", "two")]
recognise = lambda name, title, values: None
take_in(supplies, folder=folder / "snapshots", secret=SECRET, recognise=recognise, at=NOON, watch=watch)
"""


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """A file that does not fit into a third of a megabyte."""
    lines = (f"{number},{number * 7919 % 1_000_003}-{number}" for number in range(40_000))
    return csv_file(tmp_path, "k,v", *lines)


def snapshots(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "snapshots").glob("*.duckdb"))


def test_a_full_disk_refuses_and_leaves_nothing(tmp_path: Path, visits: Path) -> None:
    done = _run(DISK_FULL, tmp_path)
    assert done.stdout.strip() in ("full", "unwritable"), done.stderr
    assert list((tmp_path / "snapshots").iterdir()) == []


@pytest.mark.parametrize(("step", "whole"), [("DESCRIBED", 0), ("PLACED", 1)])
def test_a_process_that_dies_leaves_whole_snapshots_or_none(
    tmp_path: Path, visits: Path, step: str, whole: int
) -> None:
    assert _run(DIES, tmp_path, step).returncode == -9
    assert len(snapshots(tmp_path)) == whole
    supplies = [Supply(declared(name, privacy_unit="k"), visits) for name in ("one", "two")]
    for arrival in arrive(tmp_path, *supplies):
        assert placed(tmp_path, arrival).is_file()


def test_what_a_crash_left_is_cleared_away_after_a_day(tmp_path: Path, visits: Path) -> None:
    folder = tmp_path / "snapshots"
    for name, age in (("old", timedelta(days=2)), ("new", timedelta(hours=1))):
        (folder / f"{LEFTOVER}{name}").mkdir(parents=True)
        moment = (NOON - age).timestamp()
        os.utime(folder / f"{LEFTOVER}{name}", (moment, moment))
    arrive(tmp_path, Supply(declared(privacy_unit="k"), visits))
    assert [path.name for path in folder.glob(f"{LEFTOVER}*")] == [f"{LEFTOVER}new"]


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path, visits: Path) -> None:
    (tmp_path / "snapshots").write_text("in the way")
    with pytest.raises(SnapshotNotPlaced) as refused:
        arrive(tmp_path, Supply(declared(privacy_unit="k"), visits))
    assert str(tmp_path / "snapshots") in refused.value.detail("zh")
    assert "--state" in refused.value.remedy("en")


def test_a_snapshot_cannot_be_written_over(tmp_path: Path, visits: Path) -> None:
    (arrival,) = arrive(tmp_path, Supply(declared(privacy_unit="k"), visits))
    assert placed(tmp_path, arrival).stat().st_mode & 0o222 == 0


def _run(program: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(folder), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
