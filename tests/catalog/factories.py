"""What catalog tests are about, and nothing more."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from catalog.adapters.duckdb import take_in
from catalog.adapters.placing import snapshot_path
from catalog.arrival import Arrival, Supply
from catalog.declared import DeclaredColumn, DeclaredResource
from catalog.model import Column, ColumnType, Resource, ResourceId, Use
from logs.model import Actor, ActorId, OrganisationId, Role
from masking.recognise import classify

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECRET = b"a secret of the platform, not of anybody else"
OPERATOR = Actor(ActorId("chen"), OrganisationId("operator"), Role.OPERATOR)
BUREAU = Actor(ActorId("zhou"), OrganisationId("bureau"), Role.BUREAU)
CENTRE = Actor(ActorId("wu"), OrganisationId("info-center"), Role.INFO_CENTER)

JOIN = frozenset({Use.JOIN})
DIMENSION = frozenset({Use.GROUP, Use.FILTER})
AMOUNT = frozenset({Use.AGGREGATE, Use.FILTER})


def declared(name: str = "visit", **said: Any) -> DeclaredResource:
    """A resource of which only the name, and what the test says, is declared."""
    return DeclaredResource(name, **said)


def said(name: str, **said: Any) -> DeclaredColumn:
    """What is said of one column."""
    return DeclaredColumn(name, **said)


def csv_file(folder: Path, *lines: str, name: str = "visit.csv", encoding: str = "utf-8", end: str = "\n") -> Path:
    """A file of those lines."""
    path = folder / name
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode(encoding))
    return path


def arrive(folder: Path, *supplies: Supply, secret: bytes = SECRET) -> tuple[Arrival, ...]:
    """Take supplies in with the recogniser the platform uses."""
    return take_in(supplies, folder=folder / "snapshots", secret=secret, recognise=classify, at=NOON)


def arrive_file(folder: Path, path: Path, declared: DeclaredResource, *, secret: bytes = SECRET) -> Arrival:
    """Take one file in."""
    return arrive(folder, Supply(declared, path), secret=secret)[0]


def arrive_cells(folder: Path, cells: Mapping[str, Sequence[object]], declared: DeclaredResource) -> Arrival:
    """Take cells in."""
    return arrive(folder, Supply(declared, cells))[0]


def placed(folder: Path, arrival: Arrival) -> Path:
    """Where its snapshot lies."""
    return snapshot_path(folder / "snapshots", arrival.version.digest)


def rows(folder: Path, arrival: Arrival, select: str = "*") -> list[tuple[Any, ...]]:
    """What its snapshot holds, in the order it lies there."""
    with duckdb.connect(placed(folder, arrival), read_only=True) as connection:
        return connection.execute(f"SELECT {select} FROM main.rows").fetchall()


def types(arrival: Arrival) -> dict[str, ColumnType]:
    """The types of its columns."""
    return {column.name: column.type for column in arrival.resource.columns}


def a_resource(name: str = "visit", *columns: Column, **changes: Any) -> Resource:
    """A described resource about people."""
    values: dict[str, Any] = {
        "id": ResourceId(name),
        "name": name,
        "title": "就诊",
        "title_en": "Visits",
        "provider": "市卫生健康委员会",
        "columns": columns
        or (
            Column("id_card", "身份证号", ColumnType.TEXT, JOIN, "resident_id"),
            Column("district", "区", ColumnType.TEXT, DIMENSION),
        ),
        "privacy_unit": "id_card",
    }
    return Resource(**(values | changes))
