"""What is handed in as a new version of a resource, and what has become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from catalog.declared import DeclaredResource, Note
from catalog.model import Resource, Version
from catalog.profile import Quality

Cells = Mapping[str, Sequence[object]]
"""A table by columns."""


@dataclass(frozen=True)
class Supply:
    """A resource handed in: what is said of it, and its rows as a file or as cells."""

    declared: DeclaredResource
    rows: Path | Cells


@dataclass(frozen=True)
class Arrival:
    """A resource taken in: its description, the version its snapshot is, its quality, and what was inferred."""

    resource: Resource
    version: Version
    quality: Quality
    notes: tuple[Note, ...] = ()


class Step(StrEnum):
    """How far taking a resource in has come."""

    READ = "read"
    DESCRIBED = "described"
    PLACED = "placed"


class Watch(Protocol):
    """Is told of each step, by resource name."""

    def __call__(self, resource: str, step: Step) -> None: ...


class Recognise(Protocol):
    """Says which identifier a column of text holds, from its name, title and a sample of its distinct values."""

    def __call__(self, name: str, title: str, values: Sequence[str]) -> str | None: ...
