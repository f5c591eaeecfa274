"""What the information centre hands in: generated municipal data, real bikes where they are, and one's own files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from catalog.arrival import Supply
from catalog.bike import BIKE_FENCE, BIKE_RIDE_END, FOLDER
from catalog.declared import DeclaredColumn, DeclaredResource
from catalog.manifest import NAME, TYPES
from catalog.model import ColumnType, Use
from catalog.municipal import Generated, municipal

ARROW: Mapping[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
    ColumnType.DATE: pa.date32(),
}
KEYS = ("name", "file", "title", "title_en", "provider", "privacy_unit", "update_cycle", "abstract", "synthetic")
GENERATED = "generated"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Delivery:
    """Resources that arrive together: their manifest, and the files it names."""

    manifest: str
    files: tuple[tuple[str, Path], ...]
    names: tuple[str, ...]


def generated(folder: Path, *, people: int, seed: int, without: frozenset[str]) -> Delivery:
    """The municipal data set written as Parquet, less the resources that somebody brings in their place."""
    kept = [each for each in municipal(people_count=people, seed=seed) if each.declared.name not in without]
    declared, files = [], []
    for each in kept:
        path = folder / f"{GENERATED}-{each.declared.name}.parquet"
        parquet.write_table(_table(each), path)
        files.append((path.name, path))
        declared.append(replace(each.declared, file=path.name))
    return Delivery(as_toml(declared), tuple(files), tuple(each.name for each in declared))


def bikes(folder: Path = SHARED / FOLDER) -> Delivery | None:
    """The bikes of the 2021 contest, where their files are at hand."""
    declared = (BIKE_RIDE_END, BIKE_FENCE)
    files = tuple((str(resource.file), folder / str(resource.file)) for resource in declared)
    if not all(path.is_file() for _, path in files):
        return None
    return Delivery(as_toml(declared), files, tuple(resource.name for resource in declared))


def own(folder: Path, supplies: Sequence[Supply]) -> Delivery:
    """Someone's own files, as their `dataset.toml` names them."""
    manifest = (folder / NAME).read_text(encoding="utf-8-sig")
    files = tuple((str(supply.declared.file), folder / str(supply.declared.file)) for supply in supplies)
    return Delivery(manifest, files, tuple(supply.declared.name for supply in supplies))


def _table(each: Generated) -> pa.Table:
    types = {column.name: ARROW[column.type or ColumnType.TEXT] for column in each.declared.columns}
    return pa.table({name: pa.array(list(cells), types[name]) for name, cells in each.cells.items()})


def as_toml(resources: Sequence[DeclaredResource]) -> str:
    """The manifest that says what is declared.

    >>> as_toml([DeclaredResource("a", file="a.csv", privacy_unit=False)]).splitlines()
    ['[[resource]]', 'name = "a"', 'file = "a.csv"', 'privacy_unit = false', 'synthetic = false', '[resource.columns]']
    """
    return "\n".join(line for resource in resources for line in _lines(resource)) + "\n"


def _lines(resource: DeclaredResource) -> Iterator[str]:
    yield "[[resource]]"
    for key in (
        "name",
        "file",
        "title",
        "title_en",
        "provider",
        "privacy_unit",
        "update_cycle",
        "abstract",
        "synthetic",
    ):
        value = getattr(resource, key)
        if value is not None:
            yield f"{key} = {_written(value)}"
    if resource.links is not None:
        links = ", ".join(
            f"{{ column = {_written(link.column)}, resource = {_written(link.resource)}, "
            f"target = {_written(link.target)} }}"
            for link in resource.links
        )
        yield f"links = [{links}]"
    yield "[resource.columns]"
    for column in resource.columns:
        yield f"{column.name} = {{ {', '.join(_said(column))} }}"


def _said(column: DeclaredColumn) -> Iterator[str]:
    names = {known: name for name, known in TYPES.items()}
    for key, value in (("title", column.title), ("title_en", column.title_en), ("kind", column.kind)):
        if value is not None:
            yield f"{key} = {_written(value)}"
    if column.type is not None:
        yield f"type = {_written(names[column.type])}"
    if column.uses is not None:
        yield f"uses = {_written([use.value for use in Use if use in column.uses])}"
    if column.bounds is not None:
        yield f"bounds = {_written(list(column.bounds))}"
    if column.derived is not None:
        yield f"from = {_written(column.derived.column)}, part = {_written(column.derived.part.value)}"


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
