"""A perturbation table laid open: every row with what it promises, checked from the row alone.

What a table cannot promise is said too. A result below the minimum is withheld, so that the rows have mean zero over
all results, while what is *shown* of the smallest counts lies a little high (of a true 10 under the default rules by
0.84). No lawful row cures it: with results from 1 to 9 forbidden, mean zero would need a deviation of -10 that is
itself shown as a figure, zero, which discloses as much as a small one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from logs.errors import Language
from sandbox.disclosure.perturbation import GRID, PerturbationTable

NEAR_ZERO = 1e-5  # a mean this near to zero is zero on the grid
NEAR_VARIANCE = 1e-4  # and a variance this near, as a share of it, is met
NEAR_FORM = 0.02  # how exactly the logarithm of a share lies on a parabola, the grid rounding its small ones
LEAST_SHARE = 256  # of 1/GRID; smaller shares are mostly rounding and show no form
PARABOLA = 3  # numbers that decide one

SAID: dict[str, dict[Language, str]] = {
    "whole": {"zh": "每行概率之和为一", "en": "each row adds up to one"},
    "unbiased": {"zh": "每行均值为零", "en": "each row has mean zero"},
    "bounded": {"zh": "偏差不超过界限，且结果不为负", "en": "no deviation beyond the bound, no negative result"},
    "variance": {"zh": "每行方差为给定值", "en": "each row has the variance given"},
    "most_even": {"zh": "每行熵最大", "en": "each row has the greatest entropy"},
    "no_small": {"zh": "不出现小于最小频数的正数", "en": "no positive result below the minimum"},
}


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of a table and the least true count whose row breaks it, if any does."""

    name: str
    broken_at: int | None

    def sentence(self, language: Language) -> str:
        """The promise and whether it is kept."""
        kept = self.broken_at is None
        broken = f"（真值 {self.broken_at} 的行不满足）" if language == "zh" else f" (not at count {self.broken_at})"
        return f"{'✓' if kept else '✗'} {SAID[self.name][language]}{'' if kept else broken}"


def checks(table: PerturbationTable) -> tuple[Check, ...]:
    """Whether a table keeps each promise, found from its rows without building it anew."""
    steps = np.arange(-table.deviation, table.deviation + 1)
    broken: dict[str, int] = {}
    for place, row in enumerate(table.rows):
        for name in _broken(table, table.first + place, np.array(row, dtype=np.float64) / GRID, steps):
            broken.setdefault(name, table.first + place)
    return tuple(Check(name, broken.get(name)) for name in SAID)


def _broken(
    table: PerturbationTable, count: int, shares: npt.NDArray[np.float64], steps: npt.NDArray[np.int64]
) -> Iterator[str]:
    """The promises that one row breaks."""
    if shares.sum() != 1 or shares.min() < 0:
        yield "whole"
    if abs(shares @ steps) > NEAR_ZERO:
        yield "unbiased"
    if shares[count + steps < 0].any():
        yield "bounded"
    wanted = min(table.variance, 0.75 * min(count, table.deviation) * table.deviation)
    if abs(shares @ steps**2 / wanted - 1) > NEAR_VARIANCE:
        yield "variance"
    allowed = count + steps >= 0
    if not most_even_form(shares[allowed], steps[allowed]):
        yield "most_even"
    results = table.results(
        np.full(len(steps), count), (np.cumsum(shares) * 2.0**32 - 1).clip(0, 2**32 - 1).astype(np.uint32)
    )
    if ((results > 0) & (results < table.least)).any():
        yield "no_small"


def most_even_form(shares: npt.NDArray[np.float64], steps: npt.NDArray[np.int64]) -> bool:
    """Whether a row has the greatest entropy among those with its mean and variance on the deviations allowed.

    That is so just where the logarithm of its shares is a parabola in the deviation (Giessing 2016).
    """
    told = shares * GRID >= LEAST_SHARE
    if told.sum() <= PARABOLA:
        return False
    fitted = np.polyval(np.polyfit(steps[told], np.log(shares[told]), 2, w=np.sqrt(shares[told])), steps)
    gap = np.abs(fitted[told] - np.log(shares[told]))
    left = np.exp(fitted[~told]) * GRID
    return bool(gap.max() < NEAR_FORM and left.max(initial=0) < 2 * LEAST_SHARE)


def table_text(table: PerturbationTable, language: Language = "zh") -> str:
    """The table for people to inspect: per true count the probability of each result in percent, what is shown on
    average of those shown, and every promise with whether it is kept."""
    chinese = language == "zh"
    lines = [
        f"方差 {table.variance:g}，最大偏差 ±{table.deviation}，最小显示值 {table.least}（0 表示不显示）"
        if chinese
        else f"variance {table.variance:g}, at most ±{table.deviation}, least shown {table.least} (0: withheld)"
    ]
    lines.append("真值 → 结果（%）｜显示者的平均偏差" if chinese else "count → results (%) | mean error of those shown")
    last = table.least + table.deviation
    for count in range(table.least, last + 1):
        results = results_of(table, count)
        label = f"{count}{'+' if count == last else ''}"
        cells = "  ".join(f"{result}: {percent:.2f}" for result, percent in results.items() if percent > 0)
        lines.append(f"{label:>5}   {cells} | {bias(table, count):+.2f}")
    lines.append(f"{f'1–{table.least - 1}':>5}   {'一律不显示' if chinese else 'always withheld'}")
    return "\n".join([*lines, *(check.sentence(language) for check in checks(table))])


def results_of(table: PerturbationTable, count: int) -> dict[int, float]:
    """The probability of each result of a true count in percent, withheld ones as 0."""
    results: dict[int, float] = {}
    for place, share in enumerate(table.rows[min(count - table.first, len(table.rows) - 1)]):
        result = count + place - table.deviation
        shown = result if result >= table.least else 0
        results[shown] = results.get(shown, 0.0) + 100 * share / GRID
    return results


def bias(table: PerturbationTable, count: int) -> float:
    """By how much the results shown of a true count lie above it on average.

    >>> from sandbox.disclosure.perturbation import perturbation_table
    >>> table = perturbation_table(variance=2, deviation=5, least=10)
    >>> [round(bias(table, count), 2) for count in (10, 12, 15)]
    [0.84, 0.12, 0.0]
    """
    shown = {result: percent for result, percent in results_of(table, count).items() if result}
    total = sum(shown.values())
    return sum((result - count) * percent for result, percent in shown.items()) / total if total else 0.0


def as_csv(table: PerturbationTable) -> Iterator[str]:
    """The table as lines of CSV: true count, deviation, probability; the last row serves every larger count."""
    yield "count,deviation,probability"
    for place, row in enumerate(table.rows):
        for step, share in enumerate(row):
            if share:
                yield f"{table.first + place},{step - table.deviation},{share / GRID:.10f}"
