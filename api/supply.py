"""Resources taken in: read, placed, recorded, graded by rule and given sample data, ready to be decided on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from catalog import service
from catalog.arrival import Arrival, Recognise, Supply
from catalog.entry import Entry
from catalog.grading import propose
from catalog.model import Resource
from catalog.sample import Sample
from logs.model import Actor


class TakeIn(Protocol):
    """Reads and places a set of resources; all of them or none."""

    def __call__(
        self, supplies: Sequence[Supply], *, folder: Path, secret: bytes, recognise: Recognise, at: datetime
    ) -> tuple[Arrival, ...]:
        """What was placed."""


class ReadFolder(Protocol):
    """Reads a folder's `dataset.toml`."""

    def __call__(self, folder: Path, *, recognise: Recognise) -> tuple[Supply, ...]:
        """What the folder supplies."""


class DrawSample(Protocol):
    """Draws sample data that shows nobody."""

    def __call__(self, snapshot: Path, resource: Resource, *, seed: int) -> Sample:
        """Sample rows of a resource."""


@dataclass(frozen=True)
class Intake:
    """How resources are taken in; `snapshots` is the folder they are placed in."""

    snapshots: Path
    secret: bytes
    recognise: Recognise
    read_folder: ReadFolder
    take_in: TakeIn
    draw_sample: DrawSample
    seed: Callable[[str], int]

    def snapshot(self, digest: str) -> Path:
        """Where the snapshot of that digest lies."""
        return self.snapshots / f"{digest}.duckdb"


@dataclass(frozen=True)
class Taken:
    """A resource as it arrived, and what became of its entry."""

    arrival: Arrival
    entry: Entry


def arrive(
    intake: Intake, begin: service.Begin, supplies: Sequence[Supply], *, by: Actor, at: datetime
) -> tuple[Taken, ...]:
    """Take in what is handed in: all of it or, where anything is wrong with it, nothing."""
    arrivals = intake.take_in(
        supplies, folder=intake.snapshots, secret=intake.secret, recognise=intake.recognise, at=at
    )
    service.record_arrivals(begin, arrivals, by=by, at=at)
    return tuple(Taken(arrival, _ready(intake, begin, arrival, by=by, at=at)) for arrival in arrivals)


def _ready(intake: Intake, begin: service.Begin, arrival: Arrival, *, by: Actor, at: datetime) -> Entry:
    """Grades and a sample, where the arrival left the entry without."""
    resource, digest = arrival.resource, arrival.version.digest
    entry = service.entry(begin, resource.id)
    if entry.ungraded:
        service.grade(begin, resource.id, propose(arrival), by=by, at=at)
    if entry.sample is None:
        drawn = intake.draw_sample(intake.snapshot(digest), resource, seed=intake.seed(digest))
        service.give_sample(begin, resource.id, drawn)
    return service.entry(begin, resource.id)
