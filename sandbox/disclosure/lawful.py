"""What no rule document may undercut: the lawful range of every number, and combinations that protect too little."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.disclosure.errors import Breach

if TYPE_CHECKING:
    from sandbox.disclosure.rules import DisclosureRules

FLOOR = 3  # least distinct units any document may go down to
PERSON_FLOOR = 10  # the same for natural persons
PERSONS = frozenset({"resident_id", "person"})
ACTS = frozenset({"record", "hide", "refuse"})
METHODS = frozenset({"perturb", "round", "both"})
LEAST_BAND = 20


def floor(kind: str) -> int:
    """The least minimum frequency of a kind of unit."""
    return PERSON_FLOOR if kind in PERSONS else FLOOR


def breaches_of(rules: "DisclosureRules") -> Iterator[Breach]:
    """Every parameter outside its lawful range, and every combination that may not be."""
    yield from frequency_breaches(rules.frequency)
    for name, value, lowest, highest in (
        ("dominance.p_percent", rules.p_percent, 5, 100),
        ("dominance.largest", rules.largest, 1, 2),
        ("dominance.share", rules.share, 10, 95),
        ("dominance.spread", rules.spread, 5, 50),
        ("perturbation.deviation", rules.deviation, 2, 50),
        ("perturbation.variance", rules.variance, 1, rules.deviation * (rules.deviation + 1) / 3),
        ("counts.base", rules.base, 5, 100),
        ("counts.redact", rules.redact, 7, 100),
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
    yield from rounding_breaches(rules)


def rounding_breaches(rules: "DisclosureRules") -> Iterator[Breach]:
    """Rounding alone leaves differences exact: five padded questions find a count, two counts a person.

    So a document under which counts are only rounded must have the ledger act on small differences, with a threshold as
    blurred as the base is wide.
    """
    if rules.counts not in METHODS:
        yield Breach("counts.method", "须为 perturb、round 或 both", "must be perturb, round or both")
    rounding = [rules, *(own for _, own in rules.resources)]
    alone = [each for each in rounding if each.counts == "round"]
    if alone and rules.difference_act == "record":
        yield Breach(
            "differences.act",
            "只舍入不扰动时，差分账本不得只记账（record）：单凭舍入挡不住两次计数相减",
            "must not be record where counts are rounded and not perturbed: rounding does not stop differences",
        )
    widest = max((each.base for each in alone), default=0)
    if rules.difference_margin < widest:
        yield Breach(
            "differences.margin",
            f"只舍入不扰动时不得小于舍入基数 {widest}",
            f"must be at least the base {widest} where counts are rounded and not perturbed",
        )


def frequency_breaches(frequency: tuple[tuple[str, int], ...]) -> Iterator[Breach]:
    """Minimum frequencies below the floor, and a missing default."""
    for unit, minimum in frequency:
        if minimum < floor(unit):
            yield Breach(f"frequency.{unit}", f"不得低于 {floor(unit)}", f"must not go below {floor(unit)}")
    if "other" not in dict(frequency):
        yield Breach("frequency.other", "必须写明", "must be given")
