"""Draws that are the same for the same seed on every machine, without a clock and without hash randomisation."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import exp
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, name: str) -> Random:
    """A source of chance of its own for one part of the data, so that one part can change without the others."""
    return Random(f"{seed}/{name}")  # noqa: S311 generated test data, not a secret


def weighted(chance: Random, weights: Mapping[T, float], count: int) -> list[T]:
    """So many independent draws by weight."""
    return chance.choices(list(weights), cum_weights=list(accumulate(weights.values())), k=count)


def heavy(chance: Random, median: float, spread: float, count: int) -> list[float]:
    """Log-normal amounts, of which one in four hundred is taken from a Pareto tail."""
    normal, uniform, pareto = chance.normalvariate, chance.random, chance.paretovariate
    amounts = []
    for _ in range(count):
        amount = median * exp(normal(0.0, spread))
        amounts.append(amount * 3 * pareto(1.3) if uniform() < 1 / 400 else amount)
    return amounts


def zipf(members: Sequence[T], exponent: float) -> dict[T, float]:
    """Weights that fall with rank."""
    return {member: 1 / (rank**exponent) for rank, member in enumerate(members, 1)}


def sprinkled(chance: Random, values: Iterable[T], share: float) -> list[T | None]:
    """The values with a share of them missing."""
    uniform = chance.random
    return [None if uniform() < share else value for value in values]
