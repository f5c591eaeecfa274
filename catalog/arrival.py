"""What is handed in as a new version of a resource, and what has become of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from catalog.declared import DeclaredResource, Note
from catalog.model import Resource, Version
from catalog.profile import Quality, TableProfile
from masking.model import Recognition

Cells = Mapping[str, Sequence[object]]
"""A table by columns."""


@dataclass(frozen=True)
class Supply:
    """A resource handed in: what is said of it, and its rows as a file or as cells."""

    declared: DeclaredResource
    rows: Path | Cells


@dataclass(frozen=True)
class Arrival:
    """A resource taken in: its description, the version its snapshot is, its quality, and what was inferred.

    `table` holds what was measured of the file's columns and what each was taken for.
    """

    resource: Resource
    version: Version
    quality: Quality
    table: TableProfile
    notes: tuple[Note, ...] = ()


class Step(StrEnum):
    """How far taking a resource in has come."""

    READ = "read"
    DESCRIBED = "described"
    PLACED = "placed"


class Watch(Protocol):
    """Is told of each step, by resource name."""

    def __call__(self, resource: str, step: Step) -> None: ...


Recognise = Callable[[str, str, Sequence[object]], Recognition]
"""Says what a column holds from its name, its title and a sample of its distinct values."""
