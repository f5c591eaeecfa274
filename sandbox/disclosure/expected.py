"""How wrong a figure may be, told without telling what it hides."""

from dataclasses import dataclass

import numpy as np

from logs.errors import Language
from sandbox.disclosure.contributors import Contributors
from sandbox.disclosure.measured import Mask, Numbers, Whole
from sandbox.disclosure.rules import DisclosureRules

STEPS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # shares are told as the next of these


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """The standard deviation of one measure's noise: absolute, or as a share of the figure (of the median cell).

    Both are `None` where no figure is shown.
    """

    measure: str
    absolute: float | None = None
    share: float | None = None

    def sentence(self, language: Language) -> str:
        """The error in words.

        >>> ExpectedError("m0", absolute=1.4).sentence("en")
        'standard deviation about 1.4'
        """
        if self.absolute is not None:
            return f"标准差约 {self.absolute:g}" if language == "zh" else f"standard deviation about {self.absolute:g}"
        if self.share is None:
            return "未显示任何数值" if language == "zh" else "no figure is shown"
        percent = f"{100 * self.share:g} %"
        return (
            f"标准差约为数值的 {percent}" if language == "zh" else f"standard deviation about {percent} of the figure"
        )


def of_counts(
    measure: str,
    exact: Whole,
    values: Whole,
    *,
    who: Contributors,
    told: Numbers,
    shown: Mask,
    rules: DisclosureRules,
) -> ExpectedError:
    """Of counts: the table's deviation where rows are units, otherwise a share made of perturbed figures alone.

    `told` is the deviation of what was added for the largest unit.
    """
    deviation = rules.count_deviation
    if (exact[shown] == who.fewest[shown]).all():
        return of_table(measure, shown, rules)
    units = np.maximum(who.perturbed(who.fewest), 1)
    return of_shares(measure, deviation / units + told / np.maximum(values, 1), shown)


def of_table(measure: str, shown: Mask, rules: DisclosureRules) -> ExpectedError:
    """Of figures perturbed by the table alone."""
    return ExpectedError(measure, absolute=round(rules.count_deviation, 1) if shown.any() else None)


def of_shares(measure: str, shares: Numbers, shown: Mask) -> ExpectedError:
    """Of figures whose error is a share of them: the median cell's, in steps of half a power of ten."""
    if not shown.any():
        return ExpectedError(measure)
    median = float(np.median(shares[shown]))
    return ExpectedError(measure, share=next((step for step in STEPS if median <= step), STEPS[-1]))
