"""What the gate hands on: measurements over raw data, then a free stage over what disclosure control let through.

A `Release` is measured inside the domain (`Statement` over schema `data`), its cells are protected
(`sandbox.disclosure`), and only the protected table, named `safe.<release>`, is seen by the free stage.
"""

from dataclasses import dataclass, field
from enum import StrEnum

BESIDE = 0.05  # how far beside a quantile its neighbours are measured


class MeasureKind(StrEnum):
    """How a figure is protected."""

    COUNT = "count"  # rows or units: perturbed by cell key
    SUM = "sum"  # magnitude: dominance, then perturbed by the top contributors
    MEAN = "mean"  # perturbed sum over perturbed count
    DISTINCT = "distinct"  # distinct values, each of which itself meets the minimum frequency
    QUANTILE = "quantile"  # 5 to 95 %, minimum met on each side, 3 significant digits
    MOMENT = "moment"  # variance, correlation, regression: residual degrees of freedom


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a release; `name` is its column in the safe table (`m0`, `m1`, ...).

    The measured table holds, for a measure `m` and each privacy unit `u` of the release:

    `m_v`  the exact figure, `NULL` where nothing contributes: a sum for `SUM` and `MEAN`, a list for several quantiles;
    for `DISTINCT` a list with, for each distinct value, the least number of units of any kind that hold it (where that
    is a lower bound, `m_w` lists upper ones)
    `m_n`  contributing rows: filter true, argument neither null nor (for `SUM` and `MEAN`) zero
    `m_d`  for `MEAN` the rows that divide it: filter true, argument not null; `m_ds`, `m_dh`, `m_dc_u` are of these
    what `m_s`, `m_h` and `m_c_u` are of the contributing rows
    `m_s`  sum of the record keys of the contributing rows (64-bit, keys are 32-bit); where distinct units are counted,
    `m_n` and `m_s` are of the units instead
    `m_h`  how many record keys `m_s` adds up where a unit may stand in several rows, each key once; else it is `m_n`.
    It is negative where a key was added for each row of a unit
    `m_o_u`  for a conditional figure, distinct units with a row that does not contribute, where that is not the rest
    `m_c_u`  distinct contributing units, or a sound lower bound of them
    `m_a`, `m_t1_u`, `m_t2_u`  for `SUM`, `MEAN`, `MOMENT`: total of absolute contributions, the largest and second
    largest absolute contribution of one unit, contributions added up per unit. A `COUNT` of rows in which a unit may
    stand several times has `m_a` and the two as well, in rows; without them every unit contributes one. A unit that
    an inner grouping folded away has none of the two: its contributions are within those of the unit that folded it.
    A `MOMENT` of two arguments has `m_b_a`, `m_b_t1_u`, `m_b_t2_u` for the second
    `m_lo`, `m_hi`  for `SUM`, `MEAN`, `QUANTILE`, `MOMENT`: least and greatest contributing argument; `m_mid` for the
    last two its mean and `m_var` for `MOMENT` its variance, with `m_b_lo` and so on for a second argument
    `m_most_u`  for these two, where a unit may stand in several rows: the most contributing rows of one unit
    `m_under`, `m_over`  for `QUANTILE`: lists of the quantiles `BESIDE` below and above each one asked for
    `m_below_u`, `m_above_u`  for `QUANTILE`: units (at least) at or below, and at or above, the outermost quantiles
    """

    name: str
    kind: MeasureKind
    label: str  # the aggregate as the caller wrote it, for messages
    conditional: bool = False  # a condition of the caller's decides who contributes: a full cell is then disclosive
    parameters: int = 1  # `MOMENT`: estimated parameters, for the residual degrees of freedom
    digits: int | None = None  # round to so many significant digits
    whole: bool = False  # the figure is a whole number
    columns: tuple[str, ...] = ()  # `resource.column` whose values make the figure; none for counts of rows or units


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on the rows behind a cell, in normal form: the same whenever the same is meant, as far as is known
    without looking at the data. `pins`: it leaves its one column a single value."""

    text: str
    columns: frozenset[str]
    pins: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A grouping key in normal form; `bare`: it is a column itself."""

    text: str
    columns: frozenset[str]
    bare: bool


@dataclass(frozen=True, slots=True)
class Members:
    """How to list the units of one kind behind the cells: a row for each unit of each cell, with its rows as `n`.

    `keyed`: the record keys of the rows are its own; `unique`: it stands in no two rows.
    """

    unit: str
    statement: "Statement"
    keyed: bool
    unique: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows a release asks about in each cell, for all figures without a condition (`figure` empty) or for one."""

    figure: str
    source: str
    conditions: tuple[Condition, ...]
    keys: tuple[Key, ...]
    members: tuple[Members, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """The point where protected rows become a statistic: one row a cell.

    Beside the measures, the measured table holds the grouping keys `k0`, `k1`, ..., the row count `n`, the sum of
    record keys `s` and the distinct units `c_u` of each unit. `statement` computes it over the raw data; it may
    read earlier releases as `safe.<name>`. `asked` is what the differencing ledger compares.

    Where there is an `exact` statement, `statement` gives bounds: of the units `bounded` no more than there are, and no
    smaller contributions than one unit makes; of the others the second largest contribution as large as the largest.
    `sandbox.disclosure.undecided` tells where that decides; in the other cells, which the exact statement finds listed
    in the safe table `undecided`, its columns take their place.
    """

    name: str
    keys: tuple[str, ...]
    measures: tuple[Measure, ...]
    units: tuple[str, ...]
    statement: "Statement"
    asked: tuple[Asked, ...] = ()
    exact: "Statement | None" = None
    bounded: tuple[str, ...] = ()

    @property
    def statements(self) -> "tuple[Statement, ...]":
        """What may run over the raw data."""
        return (self.statement,) if self.exact is None else (self.statement, self.exact)

    @property
    def undecided(self) -> str:
        """The safe table that lists the cells to be measured exactly."""
        return undecided(self.name)


def undecided(release: str) -> str:
    """The safe table that lists the cells of a release to be measured exactly."""
    return f"{release}_undecided"


@dataclass(frozen=True, slots=True)
class Statement:
    """Generated SQL and what it may touch; the second lock compares both."""

    sql: str
    resources: frozenset[str] = frozenset()  # relations of schema `data`
    releases: frozenset[str] = frozenset()  # relations of schema `safe`
    functions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of the answer and the base columns it flows from, as `resource.column`."""

    name: str
    sources: tuple[str, ...]
    path: tuple[str, ...] = ()


class Nature(StrEnum):
    """What the rows of a workspace table are."""

    OPEN = "open"  # rows of open resources
    RELEASED = "released"  # statistics that passed disclosure control
    PROTECTED = "protected"  # rows about privacy units


class WorkspaceAct(StrEnum):
    """What a statement does to the workspace."""

    KEEP = "keep"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Keeping:
    """`CREATE [OR REPLACE] TABLE ws.x AS ...` or `DROP TABLE ws.x`; `name` is `ws.x`."""

    act: WorkspaceAct
    name: str
    replace: bool = False
    nature: Nature = Nature.OPEN


@dataclass(frozen=True, slots=True)
class Plan:
    """A lawful query: releases in the order they must run, then the free stage.

    `keeping` says that the answer becomes a workspace table, or that one is dropped. `beside` names the workspace
    tables and own files that are read.
    """

    releases: tuple[Release, ...]
    final: Statement
    columns: tuple[OutputColumn, ...]
    uses: tuple[tuple[str, str], ...] = ()  # (resource.column, use) exercised, for the record
    notes: tuple[str, ...] = field(default=())
    keeping: Keeping | None = None
    beside: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether no protected resource is touched."""
        return not self.releases and (self.keeping is None or self.keeping.nature is not Nature.PROTECTED)

    @property
    def computed(self) -> bool:
        """Whether anything runs: a table is dropped by name, and a protected one is kept as its definition."""
        kept = self.keeping
        return kept is None or (kept.act is WorkspaceAct.KEEP and kept.nature is not Nature.PROTECTED)
