"""`dataset.toml`: how someone's own files are described, read strictly, and proposed where it is missing."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from catalog.declared import DeclaredColumn, DeclaredResource
from catalog.errors import ManifestUnreadable, ManifestWrong
from catalog.manifest_attributes import attributes
from catalog.manifest_values import distinct, flag, known, text
from catalog.model import ColumnType, Derived, Link, Part, Resource, ResourceId, Use

NAME = "dataset.toml"
UNDECIDED = "写明标识个人或组织的列；普遍开放的表写 false / the column that identifies whom a row is about, or false"

RESOURCE_KEYS = frozenset(
    {
        "name",
        "title",
        "title_en",
        "provider",
        "file",
        "privacy_unit",
        "update_cycle",
        "abstract",
        "attributes",
        "synthetic",
        "columns",
        "links",
    }
)
COLUMN_KEYS = frozenset({"title", "title_en", "type", "uses", "kind", "bounds", "from", "part"})
LINK_KEYS = frozenset({"column", "resource", "target"})
TYPES = {
    "text": ColumnType.TEXT,
    "integer": ColumnType.INTEGER,
    "number": ColumnType.DOUBLE,
    "decimal": ColumnType.DECIMAL,
    "date": ColumnType.DATE,
    "timestamp": ColumnType.TIMESTAMP,
    "boolean": ColumnType.BOOLEAN,
}


def parse(text: str) -> tuple[DeclaredResource, ...]:
    """The resources a manifest declares, in its order.

    Raises `ManifestUnreadable` where it is not TOML, `ManifestWrong` where it says something that has no meaning.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise ManifestUnreadable(str(broken)) from None
    known(table, frozenset({"resource"}), NAME)
    rows = table.get("resource")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ManifestWrong(NAME, "没有 [[resource]]", "it holds no [[resource]]")
    resources = tuple(_resource(row, f"resource[{place}]") for place, row in enumerate(rows))
    distinct([resource.name for resource in resources], "resource", "name")
    return resources


def _resource(row: Mapping[str, Any], where: str) -> DeclaredResource:
    known(row, RESOURCE_KEYS, row["name"] if isinstance(row.get("name"), str) else where)
    name = text(row, "name", where)
    if name is None:
        raise ManifestWrong(where, "缺少 name", "`name` is missing")
    if not name.isidentifier():
        raise ManifestWrong(
            f"{where}.name", "名称只能含文字、数字和下划线", "a name holds letters, digits and underscores only"
        )
    file = text(row, "file", name)
    if file is None:
        raise ManifestWrong(name, "缺少 file", "`file` is missing")
    columns = row.get("columns", {})
    if not isinstance(columns, dict):
        raise ManifestWrong(f"{name}.columns", "应为表", "must be a table of columns")
    distinct(list(columns), f"{name}.columns", "name")
    return DeclaredResource(
        name=name,
        file=file,
        title=text(row, "title", name),
        title_en=text(row, "title_en", name),
        provider=text(row, "provider", name),
        privacy_unit=_privacy_unit(row, name),
        update_cycle=text(row, "update_cycle", name),
        abstract=text(row, "abstract", name),
        columns=tuple(_column(key, value, f"{name}.columns.{key}") for key, value in columns.items()),
        links=_links(row, name),
        attributes=attributes(row, name),
        synthetic=flag(row, "synthetic", name),
    )


def _column(name: str, row: object, where: str) -> DeclaredColumn:
    if not isinstance(row, dict):
        raise ManifestWrong(where, '应写作 { title = "…", uses = […] }', 'write { title = "…", uses = […] }')
    known(row, COLUMN_KEYS, where)
    return DeclaredColumn(
        name=name,
        title=text(row, "title", where),
        title_en=text(row, "title_en", where),
        type=_type(row, where),
        uses=_uses(row, where),
        kind=text(row, "kind", where),
        bounds=_bounds(row, where),
        derived=_derived(row, where),
    )


def _privacy_unit(row: Mapping[str, Any], where: str) -> str | Literal[False] | None:
    match row.get("privacy_unit"):
        case None:
            return None
        case False | "":
            return False
        case str(column):
            return column
        case _:
            raise ManifestWrong(
                f"{where}.privacy_unit",
                "应为列名；普遍开放的表写 false",
                "name a column, or write false for an open table",
            )


def _type(row: Mapping[str, Any], where: str) -> ColumnType | None:
    named = text(row, "type", where)
    if named is None:
        return None
    if named not in TYPES:
        choice = ", ".join(TYPES)
        raise ManifestWrong(f"{where}.type", f"未知类型，可用：{choice}", f"unknown type; known are {choice}")
    return TYPES[named]


def _uses(row: Mapping[str, Any], where: str) -> frozenset[Use] | None:
    named = row.get("uses")
    if named is None:
        return None
    known = {use.value for use in Use}
    if not isinstance(named, list) or not all(isinstance(use, str) and use in known for use in named):
        choice = ", ".join(sorted(known))
        raise ManifestWrong(f"{where}.uses", f"用途应取自：{choice}", f"uses are a list out of: {choice}")
    return frozenset(Use(use) for use in named)


def _bounds(row: Mapping[str, Any], where: str) -> tuple[float, float] | None:
    match row.get("bounds"):
        case None:
            return None
        case [int() | float() as low, int() | float() as high] if low < high and not isinstance(low, bool):
            return (float(low), float(high))
        case _:
            raise ManifestWrong(
                f"{where}.bounds", "应为 [下限, 上限]，下限小于上限", "write [lowest, highest], the first being smaller"
            )


def _derived(row: Mapping[str, Any], where: str) -> Derived | None:
    source, part = text(row, "from", where), text(row, "part", where)
    if source is None and part is None:
        return None
    parts = {known.value for known in Part}
    if source is None or part not in parts:
        choice = ", ".join(sorted(parts))
        raise ManifestWrong(
            where, f"派生列要写 from 和 part（{choice}）", f"a derived column takes `from` and `part` ({choice})"
        )
    return Derived(source, Part(part))


def _links(row: Mapping[str, Any], where: str) -> tuple[Link, ...] | None:
    listed = row.get("links")
    if listed is None:
        return None
    if not isinstance(listed, list) or not all(isinstance(link, dict) for link in listed):
        raise ManifestWrong(f"{where}.links", "应为表的数组", "must be an array of tables")
    links = []
    for place, link in enumerate(listed):
        at = f"{where}.links[{place}]"
        known(link, LINK_KEYS, at)
        column, resource, target = (text(link, key, at) for key in ("column", "resource", "target"))
        if column is None or resource is None or target is None:
            raise ManifestWrong(at, "需要 column、resource、target", "`column`, `resource` and `target` are needed")
        links.append(Link(column, resource, target))
    return tuple(links)


def draft(resources: Iterable[tuple[str, Resource]], *, unsure: frozenset[str] = frozenset()) -> str:
    """A manifest that says aloud what was inferred about (file, resource): to be checked by whoever knows the files.

    `unsure` names the resources whose privacy unit could not be told: theirs is left for a person to fill in.
    """
    return "\n".join(line for file, resource in resources for line in _drafted(file, resource, unsure))


def _drafted(file: str, resource: Resource, unsure: frozenset[str]) -> list[str]:
    if resource.name in unsure:
        unit = f"{_quoted('?')}  # {UNDECIDED}"
    else:
        unit = "false" if resource.privacy_unit is None else _quoted(resource.privacy_unit)
    named = {known: name for name, known in TYPES.items()}
    lines = [
        "[[resource]]",
        f"name = {_quoted(resource.name)}",
        f"title = {_quoted(resource.title)}",
        f"provider = {_quoted(resource.provider)}",
        f"file = {_quoted(file)}",
        f"privacy_unit = {unit}",
        "[resource.columns]",
    ]
    for column in resource.columns:
        uses = ", ".join(_quoted(use.value) for use in Use if use in column.uses)
        bounds = (
            "" if column.bounds is None else f", bounds = [{_number(column.bounds[0])}, {_number(column.bounds[1])}]"
        )
        key = column.name if column.name.isascii() else _quoted(column.name)
        lines.append(
            f'{key} = {{ title = {_quoted(column.title)}, type = "{named[column.type]}", uses = [{uses}]{bounds} }}'
        )
    return [*lines, ""]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def resource_id(name: str) -> ResourceId:
    """The id of a resource that arrives by manifest: its name, folded."""
    return ResourceId(name.casefold())
