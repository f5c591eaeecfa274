"""What a provider left unsaid, inferred from what was measured: types, privacy unit, titles, uses, bounds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import ceil, floor, log10

from catalog.attributes import Attributes, Opening
from catalog.declared import DeclaredColumn, DeclaredResource, Note
from catalog.errors import ColumnMissing, UnitUnknown
from catalog.manifest import resource_id
from catalog.manifest_attributes import not_open
from catalog.model import Column, ColumnType, Resource, Use
from catalog.profile import ColumnProfile, Spread, TableProfile
from catalog.words import IRREGULAR, TITLES, TYPE_WORDS, UNKNOWN_PROVIDER, USE_WORDS
from masking.model import Kind

UNIT_KINDS = ("resident_id", "uscc")
"""Natural persons are identified by ID number, organisations by social credit code (Sharing Measure, Article 10)."""

NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.DOUBLE, ColumnType.DECIMAL})
KEYS = frozenset({ColumnType.TEXT, ColumnType.INTEGER})
DIMENSION = frozenset({Use.GROUP, Use.FILTER})
AMOUNT = frozenset({Use.AGGREGATE, Use.FILTER})
FEW_TEXTS, FEW_NUMBERS = 50, 150


def find_types(declared: DeclaredResource, table: TableProfile) -> dict[str, ColumnType]:
    """The type of each column of the file: the declared one, else the narrowest that every cell fits.

    Bounds or the use `aggregate` declare a number. Raises `ColumnMissing` for a column the file does not have.
    """
    known = tuple(column.name for column in table.columns)
    folded = {name.casefold() for name in known}
    for said in declared.columns:
        if said.derived is None and said.name.casefold() not in folded:
            raise ColumnMissing(declared.name, said.name, known)
        if said.derived is not None and said.derived.column.casefold() not in folded:
            raise ColumnMissing(declared.name, said.derived.column, known)
    return {seen.name: _type(declared.column(seen.name), seen) for seen in table.columns}


def _type(said: DeclaredColumn, seen: ColumnProfile) -> ColumnType:
    if said.type is not None:
        return said.type
    number = said.bounds is not None or Use.AGGREGATE in (said.uses or ())
    if seen.stored in NUMERIC and number:
        return seen.stored
    if said.kind or seen.kind:
        return ColumnType.TEXT
    if seen.stored not in (None, ColumnType.TEXT) or (seen.stored and not number):
        return seen.stored
    if number:
        whole = seen.fits.get(ColumnType.INTEGER, 0)
        return ColumnType.INTEGER if whole and whole == seen.fits.get(ColumnType.DOUBLE) else ColumnType.DOUBLE
    narrowest = (
        ColumnType.BOOLEAN,
        ColumnType.INTEGER,
        ColumnType.DOUBLE,
        ColumnType.DATE,
        ColumnType.TIMESTAMP,
    )
    return next((type for type in narrowest if seen.filled and seen.fits.get(type) == seen.filled), ColumnType.TEXT)


def find_unit(declared: DeclaredResource, table: TableProfile, types: Mapping[str, ColumnType]) -> str | None:
    """The column that says whom a row is about; `None` for a resource declared open.

    Inferred from identifiers of persons, then of organisations, then from the one column that is unique and complete.
    Raises `ColumnMissing`, and `UnitUnknown` where nothing tells: a guess would lay rows open.
    """
    if declared.privacy_unit is False:
        return None
    if declared.privacy_unit is not None:
        try:
            return table.column(declared.privacy_unit).name
        except KeyError:
            known = tuple(column.name for column in table.columns)
            raise ColumnMissing(declared.name, declared.privacy_unit, known) from None
    for kind in UNIT_KINDS:
        bearing = [seen for seen in table.columns if _kind(declared, seen) == kind]
        if bearing:
            return max(bearing, key=lambda seen: seen.distinct).name
    keys = [
        seen.name
        for seen in table.columns
        if seen.distinct == seen.filled == table.rows > 1 and types[seen.name] in KEYS
    ]
    named = [name for name in keys if name.endswith(("id", "code", "no", "编号", "代码", "号码"))]
    if len(named or keys) != 1:
        raise UnitUnknown(declared.name)
    return (named or keys)[0]


def describe(
    declared: DeclaredResource,
    table: TableProfile,
    *,
    types: Mapping[str, ColumnType],
    spreads: Mapping[str, Spread],
) -> tuple[Resource, tuple[Note, ...]]:
    """The resource as it will be known, and a note for whatever was not declared. Raises what `find_unit` raises."""
    unit = find_unit(declared, table, types)
    notes: list[Note] = list(_resource_notes(declared, unit))
    columns: list[Column] = []
    for seen in table.columns:
        column, note = _column(declared, seen, types[seen.name], unit, spreads.get(seen.name))
        columns.append(column)
        notes.extend(note)
    for said in declared.columns:
        if said.derived is not None:
            columns.append(_derived(said, table))
    resource = Resource(
        id=resource_id(declared.name),
        name=declared.name.lower(),
        title=declared.title or declared.name,
        title_en=declared.title_en or declared.name.replace("_", " "),
        provider=declared.provider or UNKNOWN_PROVIDER,
        columns=tuple(columns),
        privacy_unit=unit,
        update_cycle=declared.update_cycle or IRREGULAR,
        abstract=declared.abstract or "",
        synthetic=declared.synthetic,
        attributes=_attributes(declared, unit),
    )
    return resource, tuple(notes)


def _attributes(declared: DeclaredResource, unit: str | None) -> Attributes:
    """As declared; where nothing is said of opening, a table about nobody is open and any other on application."""
    said = declared.attributes.opening
    if said is Opening.OPEN and unit is not None:
        raise not_open(f"{declared.name}.attributes.opening")
    return replace(declared.attributes, opening=said or (Opening.OPEN if unit is None else Opening.ON_APPLICATION))


def needs_spread(declared: DeclaredResource, types: Mapping[str, ColumnType]) -> tuple[str, ...]:
    """The numeric columns whose bounds nobody declared."""
    return tuple(name for name, type in types.items() if type in NUMERIC and declared.column(name).bounds is None)


def _resource_notes(declared: DeclaredResource, unit: str | None) -> Iterator[Note]:
    if declared.privacy_unit is None and unit is not None:
        yield Note(
            declared.name,
            unit,
            f"隐私单元推断为 {unit}；若为普遍开放的表，请写 privacy_unit = false",
            f"{unit} is taken for the privacy unit; write privacy_unit = false if the table is open",
        )
    left_out = [
        (word_zh, word_en, value)
        for said, word_zh, word_en, value in (
            (declared.title, "标题", "title", declared.name),
            (declared.provider, "提供单位", "provider", UNKNOWN_PROVIDER),
            (declared.update_cycle, "更新周期", "update cycle", IRREGULAR),
        )
        if said is None
    ]
    if left_out:
        yield Note(
            declared.name,
            None,
            "未声明，取：" + "，".join(f"{zh} {value}" for zh, _, value in left_out),
            "not declared, taken: " + ", ".join(f"{en} {value}" for _, en, value in left_out),
        )


def _column(
    declared: DeclaredResource, seen: ColumnProfile, type: ColumnType, unit: str | None, spread: Spread | None
) -> tuple[Column, list[Note]]:
    said = declared.column(seen.name)
    kind = _kind(declared, seen)
    if seen.name == unit and kind is None:
        kind = seen.name
    uses = said.uses if said.uses is not None else _uses(seen, type, kind, unit)
    bounds = said.bounds
    if bounds is None and spread is not None and unit is not None and Use.AGGREGATE in uses:
        bounds = rounded_out(spread)
    customary = TITLES.get(seen.name, seen.name) if seen.name != "name" or kind == "person_name" else seen.name
    title = said.title or customary
    column = Column(seen.name, title, type, uses, kind, bounds, title_en=said.title_en or "")
    said_so = {
        "type": said.type is not None or seen.stored is not None,
        "title": said.title is not None,
        "uses": said.uses is not None,
        "bounds": said.bounds is not None or bounds is None,
        "kind": said.kind is not None or kind in (None, seen.name),
    }
    zh, en = _taken(column, {what for what, yes in said_so.items() if not yes})
    return column, [Note(declared.name, seen.name, zh, en)] if zh else []


def _taken(column: Column, inferred: set[str]) -> tuple[str, str]:
    """What was inferred of a column, in words."""
    bounds = "" if column.bounds is None else f"[{column.bounds[0]:g}, {column.bounds[1]:g}]"
    uses = [use for use in Use if use in column.uses]
    parts = {
        "title": (f"标题 {column.title}", f"title {column.title}"),
        "type": (f"类型 {TYPE_WORDS[column.type]}", f"type {column.type.value}"),
        "kind": (f"识别为{_title(column, 'zh')}", f"recognised as {_title(column, 'en')}"),
        "uses": (
            "用途 " + ("、".join(USE_WORDS[use] for use in uses) or "无"),
            "uses " + (" ".join(uses) or "none"),
        ),
        "bounds": (f"上下限 {bounds}", f"bounds {bounds}"),
    }
    said = [words for what, words in parts.items() if what in inferred]
    return "，".join(zh for zh, _ in said), ", ".join(en for _, en in said)


def _title(column: Column, language: str) -> str:
    return Kind(column.kind).label(language) if column.kind in set(Kind) else str(column.kind)


def _uses(seen: ColumnProfile, type: ColumnType, kind: str | None, unit: str | None) -> frozenset[Use]:
    """What a column may be used for by default: the least that makes it useful."""
    if seen.name == unit:
        return frozenset({Use.JOIN})
    number = type in NUMERIC
    if kind is not None or seen.tells_of_somebody(number=number):
        return frozenset()
    if unit is None:
        return frozenset({Use.SHOW, Use.GROUP, Use.FILTER, Use.AGGREGATE if number else Use.JOIN})
    if number:
        few = type is ColumnType.INTEGER and seen.distinct <= FEW_NUMBERS
        return AMOUNT | DIMENSION if few else AMOUNT
    if type is ColumnType.TEXT and seen.distinct > max(FEW_TEXTS, min(2_000, seen.filled // 20)):
        return frozenset()
    return DIMENSION


def _derived(said: DeclaredColumn, table: TableProfile) -> Column:
    assert said.derived is not None  # noqa: S101 the caller has looked
    source = replace(said.derived, column=table.column(said.derived.column).name)
    uses = said.uses if said.uses is not None else DIMENSION
    type = ColumnType.DATE if source.part in ("date", "month") else ColumnType.INTEGER
    return Column(said.name.lower(), said.title or said.name, type, uses, title_en=said.title_en or "", derived=source)


def _kind(declared: DeclaredResource, seen: ColumnProfile) -> str | None:
    return declared.column(seen.name).kind or seen.kind


def rounded_out(spread: Spread) -> tuple[float, float]:
    """Bounds of two significant digits around a spread; from zero where that is near.

    >>> rounded_out(Spread(1830.0, 48211.5))
    (0.0, 49000.0)
    """
    high = _outward(spread.high, up=True)
    low = 0.0 if 0 <= spread.low <= spread.high / 10 else _outward(spread.low, up=False)
    return (low, high) if low < high else (low, low + max(1.0, abs(low)))


def _outward(value: float, *, up: bool) -> float:
    if value == 0:
        return 0.0
    step = 10.0 ** (floor(log10(abs(value))) - 1)
    return float(f"{(ceil(value / step) if up else floor(value / step)) * step:.6g}")
