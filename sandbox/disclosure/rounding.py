"""Counts rounded to a base, alone or after perturbation, in the place of the perturbation table.

Redaction and rounding as health research platforms do it: what rests on too few units is withheld (the minimum is at
least one more than the rules' `redact`), the rest becomes the nearest multiple of the base. Sums and means follow the
rounded count in proportion and keep the noise of their own, so that rounding replaces the table of counts and nothing
else.
"""

from dataclasses import dataclass

import numpy as np

from sandbox.disclosure.perturbation import Counts, Keys, PerturbationTable, perturbation_table
from sandbox.disclosure.rules import DisclosureRules


@dataclass(frozen=True)
class Rounding:
    """Rounds to the nearest multiple of `base`, halves up; `table` perturbs before. Counts and results below `least`
    are withheld."""

    base: int
    least: int
    table: PerturbationTable | None = None

    def deviations(self, counts: Counts, keys: Keys) -> Counts:
        """By how much each count moves, before anything is withheld."""
        moved = counts if self.table is None else counts + self.table.deviations(counts, keys)
        return rounded(moved, self.base) - counts

    def results(self, counts: Counts, keys: Keys) -> Counts:
        """Rounded counts: 0 (withheld) or at least `least`."""
        results = counts + self.deviations(counts, keys)
        return np.where((counts < self.least) | (results < self.least), 0, results)


Table = PerturbationTable | Rounding


def table_of(rules: DisclosureRules, least: int) -> Table:
    """What moves counts under the rules, where `least` is the smallest result shown."""
    perturbing = perturbation_table(variance=rules.variance, deviation=rules.deviation, least=least)
    if not rules.rounds:
        return perturbing
    return Rounding(rules.base, least, perturbing if rules.perturbs else None)


def rounded(counts: Counts, base: int) -> Counts:
    """The nearest multiples of a base, halves up.

    >>> rounded(np.array([10, 12, 13, 17, 18]), 5).tolist()
    [10, 10, 15, 15, 20]
    """
    return np.asarray((2 * counts + base) // (2 * base) * base, dtype=np.int64)
