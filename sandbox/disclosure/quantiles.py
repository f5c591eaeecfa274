"""Quantiles: the minimum on each side, not all equal, moved by about a unit's rank, few digits.

Rounding alone hides nothing: shifting the argument brings a quantile near zero, where all its digits show. So it is
moved along the values around it, as far as putting a few units in or taking them out might move it.
"""

import numpy as np
import pyarrow as pa

from sandbox.disclosure.errors import NotMeasured
from sandbox.disclosure.expected import of_shares
from sandbox.disclosure.magnitude import rank_noise, significant
from sandbox.disclosure.measured import Mask, Numbers
from sandbox.disclosure.workings import Figure, Workings, fewer, written
from sandbox.plan import BESIDE


def quantile(work: Workings) -> Figure:
    """One quantile or a list of them."""
    several = work.measured.is_list(work.name("v"))
    low, high = work.numbers("lo"), work.numbers("hi")
    noise = rank_noise(
        (work.numbers("mid") - low) / (high - low),
        np.maximum(work.most_rows / work.who.rows, 1 / work.who.fewest),
        keys=work.keys,
        sets=work.who.words,
        rules=work.rules,
    )
    lists = work.measured.lists(work.name("v")) if several else [[value] for value in work.numbers("v").tolist()]
    width = max(map(len, lists), default=1)
    exact = points(lists, width)
    under, over = (points(work.measured.lists(work.name(side)), width) for side in ("under", "over"))
    steepness = (over - under) / (2 * BESIDE)
    digits = fewer(work.measure.digits, work.rules.quantile_digits)
    moved = significant((exact + noise.added[:, None] * steepness).ravel(), digits).reshape(exact.shape)
    shown = visible(work) & np.isfinite(moved).all(axis=1) & (moved.size > 0)
    told = np.abs(noise.told[:, None] * steepness / moved).max(axis=1, initial=0.5 * 10.0 ** (1 - digits))
    error = of_shares(work.measure.name, told, shown)
    if not several:
        return written(work, moved[:, 0], shown, error)
    cells = [cell.tolist() if seen else None for cell, seen in zip(moved, shown.tolist(), strict=True)]
    return Figure(pa.array(cells, type=pa.list_(pa.float64())), shown, error)


def points(lists: list[list[float]], width: int) -> Numbers:
    """Lists of one length as a table with a row for each cell; what is missing is not a number."""
    rows = [cell if len(cell) == width else [np.nan] * width for cell in lists]
    return np.array(rows, dtype=np.float64).reshape(len(lists), width)


def visible(work: Workings) -> Mask:
    """Where the outermost quantiles have enough units on each side."""
    shown = work.open & ~work.measured.same(work.name("lo"), work.name("hi"))
    for side in ("below_{}", "above_{}"):
        units = work.units(side)
        if not units:
            raise NotMeasured(work.measured.release.name, work.name(side.format("*")))
        for unit in units:
            shown &= work.measured.whole(work.name(side.format(unit))) >= work.rules.minimum(unit)
    return shown
