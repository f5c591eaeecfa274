"""The disclosure rule document: numbers the bureau approves, checked against what may never be undercut."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property

from sandbox.disclosure.errors import Breach, RulesNotLawful

FLOOR = 3  # least distinct units any document may go down to
PERSON_FLOOR = 10  # the same for natural persons
ACTS = frozenset({"record", "hide", "refuse"})
PERSONS = frozenset({"resident_id", "person"})

LEAST_BAND = 20


@dataclass(frozen=True)
class DisclosureRules:
    """Parameters of disclosure control, in the terms of official statistics.

    `frequency` gives the least distinct units by unit kind, `other` for kinds not named. `p_percent`, `share` and
    `spread` are percentages. `by_set`, `by_argument` are standard deviations and `least` the smallest absolute value of
    noise, all as multiples of a cell's reach (`magnitude.Sums`). `bands` part the bands in which hidden
    figures are counted. `queries_*` bound what one agreement may ask, `cells_*` what it may take out of one resource. A
    cell that differs from an earlier one by fewer than the minimum is hidden, or its query refused
    (`difference_act`); the threshold lies up to `difference_margin` units higher, by chance; at most
    `difference_looks` earlier questions are looked at exactly.
    """

    version: str = "disclosure-2026-1"
    title_zh: str = "披露控制默认规则"
    title_en: str = "Default disclosure control rules"
    frequency: tuple[tuple[str, int], ...] = (("other", 10), ("resident_id", 10), ("uscc", 10))
    p_percent: float = 10
    largest: int = 2
    share: float = 90
    spread: float = 50
    variance: float = 2
    deviation: int = 5
    by_set: float = 0.7
    by_argument: float = 0.7
    least: float = 0.1
    moment: float = 2
    moment_least: float = 0.02
    quantile_digits: int = 3
    moment_digits: int = 3
    magnitude_digits: int = 9
    residual: int = 10
    say_suppression: bool = True
    bands: tuple[int, ...] = (20, 100)
    queries_day: int = 1_000
    queries_month: int = 10_000
    queries_all: int = 50_000
    cells_day: int = 100_000
    cells_month: int = 500_000
    cells_all: int = 2_000_000
    difference_act: str = "record"
    difference_margin: int = 5
    difference_looks: int = 20

    def __post_init__(self) -> None:
        breaches = tuple(breaches_of(self))
        if breaches:
            raise RulesNotLawful(breaches)

    def minimum(self, unit: str) -> int:
        """The least distinct units a released cell rests on; a unit is named by its kind, `kind#2` for a second one."""
        kind, named = unit.partition("#")[0], dict(self.frequency)
        return max(named.get(kind, named["other"]), PERSON_FLOOR if kind in PERSONS else FLOOR)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical text, for the record of every release."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def breaches_of(rules: DisclosureRules) -> Iterator[Breach]:
    """Every parameter outside its lawful range."""
    yield from frequency_breaches(rules.frequency)
    for name, value, lowest, highest in (
        ("dominance.p_percent", rules.p_percent, 5, 100),
        ("dominance.largest", rules.largest, 1, 2),
        ("dominance.share", rules.share, 10, 95),
        ("dominance.spread", rules.spread, 5, 50),
        ("perturbation.deviation", rules.deviation, 2, 50),
        ("perturbation.variance", rules.variance, 1, rules.deviation * (rules.deviation + 1) / 3),
        ("magnitude.by_set", rules.by_set, 0.3, 3),
        ("magnitude.by_argument", rules.by_argument, 0.3, 3),
        ("magnitude.least", rules.least, 0.01, 1),
        ("magnitude.moment", rules.moment, 1, 10),
        ("magnitude.moment_least", rules.moment_least, 0.005, 0.5),
        ("digits.quantile", rules.quantile_digits, 1, 3),
        ("digits.moment", rules.moment_digits, 1, 3),
        ("digits.magnitude", rules.magnitude_digits, 1, 9),
        ("residual", rules.residual, 10, 1000),
        ("differences.margin", rules.difference_margin, 0, 50),
        ("differences.looks", rules.difference_looks, 0, 1_000),
        ("budget.queries_day", rules.queries_day, 1, 10_000),
        ("budget.queries_month", rules.queries_month, 1, 100_000),
        ("budget.queries_all", rules.queries_all, 1, 500_000),
        ("budget.cells_day", rules.cells_day, 1, 1_000_000),
        ("budget.cells_month", rules.cells_month, 1, 5_000_000),
        ("budget.cells_all", rules.cells_all, 1, 20_000_000),
    ):
        if not lowest <= value <= highest:
            yield Breach(name, f"须在 {lowest:g} 与 {highest:g} 之间", f"must lie between {lowest:g} and {highest:g}")
    if list(rules.bands) != sorted(set(rules.bands)) or min(rules.bands, default=0) < LEAST_BAND:
        yield Breach("suppression.bands", f"须从 {LEAST_BAND} 起递增", f"must rise from {LEAST_BAND} at the least")
    if rules.difference_act not in ACTS:
        yield Breach("differences.act", "须为 record、hide 或 refuse", "must be record, hide or refuse")
    if not rules.version.strip():
        yield Breach("version", "不能为空", "must not be empty")


def frequency_breaches(frequency: tuple[tuple[str, int], ...]) -> Iterator[Breach]:
    """Minimum frequencies below the floor, and a missing default."""
    for unit, minimum in frequency:
        floor = PERSON_FLOOR if unit in PERSONS else FLOOR
        if minimum < floor:
            yield Breach(f"frequency.{unit}", f"不得低于 {floor}", f"must not go below {floor}")
    if "other" not in dict(frequency):
        yield Breach("frequency.other", "必须写明", "must be given")
