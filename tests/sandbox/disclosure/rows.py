"""Small raw tables and the measured tables made of them, as `sandbox.plan` lays them down."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pyarrow as pa

from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import BESIDE, Measure, MeasureKind, Release, Statement

SECRET = bytes(range(32))
SMALL = DisclosureRules(version="small", frequency=(("other", 3), ("uscc", 3)))
UNITS = ("car", "uscc")


@dataclass(frozen=True, slots=True)
class Row:
    """One raw row: its cell, the units it is about, its record key, an argument, a category and a filter's verdict."""

    cell: str
    units: dict[str, int]
    key: int
    x: float | None = None
    category: str | None = None
    taken: bool | None = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure to measure over `x` where the filter (if any) takes the row; `units`: count units, not rows."""

    name: str
    kind: MeasureKind
    filtered: bool = False
    of_units: str | None = None
    quantiles: tuple[float, ...] = ()
    whole: bool = False
    parameters: int = 1
    digits: int | None = None
    function: str = "var_pop"

    def measure(self) -> Measure:
        """The measure as the gate would hand it on."""
        return Measure(
            self.name,
            self.kind,
            label=self.function,
            conditional=self.filtered,
            parameters=self.parameters,
            digits=self.digits,
            whole=self.whole,
        )


@dataclass(frozen=True, slots=True)
class Case:
    """Rows, the figures wanted of them and the units they are protected by; `grouped` by cell or not at all."""

    rows: Sequence[Row]
    wanted: tuple[Wanted, ...]
    units: tuple[str, ...] = UNITS
    grouped: bool = True
    rules: DisclosureRules = field(default=SMALL)

    def release(self) -> Release:
        """The release this case stands for."""
        keys = ("k0",) if self.grouped else ()
        return Release("r0", keys, tuple(want.measure() for want in self.wanted), self.units, Statement(""))


VALUES = {
    MeasureKind.COUNT: pa.int64(),
    MeasureKind.DISTINCT: pa.list_(pa.int64()),
    MeasureKind.QUANTILE: pa.list_(pa.float64()),
}


def measured(case: Case) -> pa.Table:
    """The measured table of a case."""
    cells: dict[str, list[Row]] = defaultdict(list)
    for row in case.rows:
        cells[row.cell if case.grouped else ""].append(row)
    if not case.grouped:
        cells.setdefault("", [])
    records = []
    for cell, rows in sorted(cells.items()):
        record = {"k0": cell} if case.grouped else {}
        record |= {"n": len(rows), "s": key_sum(rows), **distinct("c_{}", rows, case.units)}
        for want in case.wanted:
            record |= {f"{want.name}_{name}": value for name, value in columns(rows, want, case).items()}
        records.append(record)
    return pa.Table.from_pylist(records, schema=schema(case))


def schema(case: Case) -> pa.Schema:
    """The types the engine gives these columns: key sums are HUGEINT, which Arrow holds as a decimal."""
    sums = pa.decimal128(38, 0)
    fields = [("k0", pa.string())] if case.grouped else []
    fields += [("n", pa.int64()), ("s", sums), *((f"c_{unit}", pa.int64()) for unit in case.units)]
    for want in case.wanted:
        for name in columns([], want, case):
            whole = name in "nd" or name[0] in "cbo" or name.startswith(("above", "most", "dc_"))
            kind = sums if name in {"s", "ds"} else pa.int64() if whole else pa.float64()
            if name in {"under", "over"}:
                kind = pa.list_(pa.float64())
            if name == "v":
                kind = VALUES.get(want.kind, pa.float64())
            fields.append((f"{want.name}_{name}", kind))
    return pa.schema(fields)


def columns(rows: list[Row], want: Wanted, case: Case) -> dict[str, object]:
    """The measured columns of one figure over one cell, without the figure's name."""
    taken = [row for row in rows if row.taken or not want.filtered]
    behind = [row for row in taken if contributes(row, want)]
    values = sorted(row.x or 0.0 for row in behind)
    made: dict[str, object] = {"n": len(behind), "s": key_sum(behind), **distinct("c_{}", behind, case.units)}
    if want.filtered:
        made |= distinct("o_{}", [row for row in rows if not any(row is other for other in behind)], case.units)
    match want.kind:
        case MeasureKind.COUNT:
            if want.of_units:
                return made | {"v": len({row.units[want.of_units] for row in behind})}
            return made | {"v": len(behind), **tops([replace(row, x=1) for row in behind], case.units)}
        case MeasureKind.DISTINCT:
            return made | {"v": holders(behind, case.units)}
        case MeasureKind.QUANTILE:
            made |= quantiles(behind, values, want, case.units)
        case MeasureKind.SUM | MeasureKind.MEAN:
            made |= {"v": sum(values) if values else None, **tops(behind, case.units)}
        case MeasureKind.MOMENT:
            mean = sum(values) / len(values) if values else 0.0
            variance = sum((value - mean) ** 2 for value in values) / len(values) if values else None
            made |= {"v": variance, "var": variance, **tops(behind, case.units)}
    if want.kind in {MeasureKind.QUANTILE, MeasureKind.MOMENT}:
        held = {unit: Counter(row.units[unit] for row in behind) for unit in case.units}
        made |= {f"most_{unit}": max(counts.values(), default=0) for unit, counts in held.items()}
        made["mid"] = sum(values) / len(values) if values else None
    if want.kind is MeasureKind.MEAN:
        divided = [row for row in taken if row.x is not None]
        made |= {"d": len(divided), "ds": key_sum(divided), **distinct("dc_{}", divided, case.units)}
    return made | {"lo": values[0] if values else None, "hi": values[-1] if values else None}


def contributes(row: Row, want: Wanted) -> bool:
    """Whether a row the filter takes stands behind the figure."""
    if want.kind is MeasureKind.COUNT:
        return True
    if want.kind is MeasureKind.DISTINCT:
        return row.category is not None
    return row.x is not None and (row.x != 0 or want.kind not in {MeasureKind.SUM, MeasureKind.MEAN})


def key_sum(rows: list[Row]) -> Decimal | None:
    return Decimal(sum(row.key for row in rows)) if rows else None


def distinct(pattern: str, rows: list[Row], units: tuple[str, ...]) -> dict[str, int]:
    return {pattern.format(unit): len({row.units[unit] for row in rows}) for unit in units}


def holders(rows: list[Row], units: tuple[str, ...]) -> list[int] | None:
    """For each category the least number of units of any kind that hold it."""
    by_value = defaultdict(list)
    for row in rows:
        by_value[row.category].append(row)
    return [min(distinct("{}", group, units).values()) for group in by_value.values()] or None


def tops(rows: list[Row], units: tuple[str, ...]) -> dict[str, float | None]:
    """Total and two largest absolute contributions."""
    made: dict[str, float | None] = {"a": sum(abs(row.x or 0.0) for row in rows) if rows else None}
    for unit in units:
        added: dict[int, float] = defaultdict(float)
        for row in rows:
            added[row.units[unit]] += abs(row.x or 0.0)
        first, second, *_ = [*sorted(added.values(), reverse=True), 0.0, 0.0]
        made |= {f"t1_{unit}": first, f"t2_{unit}": second}
    return made


def quantiles(rows: list[Row], values: list[float], want: Wanted, units: tuple[str, ...]) -> dict[str, object]:
    """The quantiles asked for and the units on either side of the outermost."""
    cuts = [values[max(math.ceil(len(values) * at) - 1, 0)] for at in want.quantiles] if values else None
    below = [row for row in rows if cuts and (row.x or 0.0) <= cuts[0]]
    above = [row for row in rows if cuts and (row.x or 0.0) >= cuts[-1]]
    sides = {name: [between(values, at + side) for at in want.quantiles] if values else None
             for name, side in (("under", -BESIDE), ("over", BESIDE))}  # fmt: skip
    return {"v": cuts, **sides, **distinct("below_{}", below, units), **distinct("above_{}", above, units)}


def between(values: list[float], at: float) -> float:
    """The quantile of sorted values between the two nearest."""
    place = at * (len(values) - 1)
    low = min(int(place), len(values) - 1)
    return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])
