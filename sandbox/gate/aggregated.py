"""The aggregates of one figure over the rows of a cell, as printed: its value, how its argument lies, who dominates."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.gate.measured_rows import MAGNITUDES
from sandbox.plan import BESIDE, MeasureKind

if TYPE_CHECKING:
    from sandbox.gate.measured_rows import Row
    from sandbox.gate.measures import Specification


def spread(specification: "Specification", figure: "Row", prefix: str) -> Iterator[tuple[str, str]]:
    """How the arguments of a moment lie, and the values around a quantile."""
    value, second = figure.value, figure.second
    if specification.kind in {MeasureKind.MOMENT, MeasureKind.QUANTILE}:
        yield f"avg({value})", f"{prefix}mid"
    if specification.kind is MeasureKind.MOMENT:
        yield f"var_pop({value})", f"{prefix}var"
        for function, name in (("min", "lo"), ("max", "hi"), ("avg", "mid"), ("var_pop", "var")) if second else ():
            yield f"{function}({second})", f"{prefix}b_{name}"
    if specification.kind is MeasureKind.QUANTILE:
        for side, name in ((-BESIDE, "under"), (BESIDE, "over")):
            points = ", ".join(f"{fraction + side:.6f}" for fraction in specification.fractions)
            yield f"quantile_cont({value}, [{points}])", f"{prefix}{name}"


def exact(specification: "Specification", figure: "Row") -> str:
    """The exact figure itself."""
    match specification.kind:
        case MeasureKind.MOMENT:
            second = f", {figure.second}" if figure.second is not None else ""
            return f"{specification.function}({figure.value}{second})"
        case MeasureKind.QUANTILE:
            points = ", ".join(str(fraction) for fraction in specification.fractions)
            return f"{specification.function}({figure.value}, {f'[{points}]' if specification.several else points})"
        case _:
            return f"sum({figure.value})"


def magnitudes(specification: "Specification", figure: "Row") -> list[tuple[str, str]]:
    """The absolute contributions tested for dominance, with what stands in the measured names for them."""
    if specification.kind not in MAGNITUDES:
        return []
    own = figure.value if specification.positive else f"abs({figure.value})"
    return [(own, "")] if figure.second is None else [(own, ""), (f"abs({figure.second})", "b_")]


def beside(specification: "Specification", *, count: str, most_rows: str = "1") -> Iterator[tuple[str, str]]:
    """At least so many units lie at or below the least, and at or above the greatest quantile asked for."""
    low, high = min(specification.fractions), max(specification.fractions)
    below = f"floor({low} * greatest({count} - 1, 0)) + least({count}, 1)"
    above = f"{count} - ceil({high} * greatest({count} - 1, 0))"
    yield f"CAST(ceil(({below}) / {most_rows}) AS BIGINT)", "below"
    yield f"CAST(ceil(({above}) / {most_rows}) AS BIGINT)", "above"
