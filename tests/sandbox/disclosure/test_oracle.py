"""The protected table equals what the slow, obvious oracle says over the same rows."""

from dataclasses import dataclass, replace
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.disclosure.protect import protect
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import MeasureKind
from tests.sandbox.disclosure.oracle import Shown, answers
from tests.sandbox.disclosure.rows import SECRET, SMALL, UNITS, Case, Row, Wanted, measured

K = MeasureKind
FIGURES = (
    Wanted("m0", K.COUNT),
    Wanted("m1", K.COUNT, of_units="uscc", filtered=True),
    Wanted("m2", K.SUM),
    Wanted("m3", K.SUM, filtered=True, whole=True),
    Wanted("m4", K.MEAN),
    Wanted("m5", K.MEAN, filtered=True),
    Wanted("m6", K.DISTINCT),
    Wanted("m7", K.QUANTILE, quantiles=(0.25, 0.75)),
    Wanted("m8", K.MOMENT),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a random table looks like: how many rows, people and firms, whether each row is its own unit, copies."""

    rows: int
    people: int
    firms: int
    single: bool
    copies: int
    seed: int

    def make(self) -> list[Row]:
        """Rows in three cells: nulls, duplicates, negatives, whales, units in many cells."""
        chance = Random(self.seed)  # noqa: S311
        scale = chance.choice([1, 1, 25])
        rows = []
        for number in range(self.rows):
            car = number if self.single else chance.randrange(self.people)
            rows.append(
                Row(
                    cell=chance.choice("aabc"),
                    units={"car": car, "uscc": number if self.single else chance.randrange(self.firms)},
                    key=(car * 2654435761 + self.seed) % 2**31,
                    x=chance.choice([None, 0.0, scale * chance.randrange(-40, 400) / 4, float(chance.randrange(1, 9))]),
                    category=chance.choice([None, "p", "q", "r"]),
                    taken=chance.choice([True, True, False, None]),
                )
            )
        if rows and chance.random() < 0.2:
            rows[0] = replace(rows[0], x=chance.choice([5000.0, -900.0]))
        return rows * self.copies


shapes = st.builds(
    Shape,
    rows=st.integers(0, 120),
    people=st.sampled_from([4, 15, 60]),
    firms=st.sampled_from([3, 8, 60]),
    single=st.booleans(),
    copies=st.sampled_from([1, 1, 2]),
    seed=st.integers(0, 2**32),
)


def shown(case: Case) -> dict[str, dict[str, Shown]]:
    table = protect(measured(case), case.release(), case.rules, SECRET).table
    return {row.get("k0", ""): {want.name: row[want.name] for want in case.wanted} for row in table.to_pylist()}


def assert_agree(got: dict[str, dict[str, Shown]], wanted: dict[str, dict[str, Shown]]) -> None:
    assert got.keys() == wanted.keys()
    for cell, figures in wanted.items():
        for name, expected in figures.items():
            tolerance = {"m7": 0.006, "m8": 0.006}.get(name, 1e-8)
            assert got[cell][name] == (None if expected is None else pytest.approx(expected, rel=tolerance)), (
                cell,
                name,
            )


METHODS = [
    SMALL,
    replace(SMALL, counts="round", difference_act="hide"),
    replace(SMALL, counts="both", base=7, redact=8),
]


@settings(max_examples=300, deadline=None)
@given(
    shape=shapes,
    grouped=st.sampled_from([True, True, False]),
    units=st.sampled_from([UNITS, ("uscc",)]),
    rules=st.sampled_from(METHODS),
)
def test_protected_figures_equal_the_oracles(
    shape: Shape, *, grouped: bool, units: tuple[str, ...], rules: DisclosureRules
) -> None:
    case = Case(shape.make(), FIGURES, units=units, grouped=grouped, rules=rules)

    assert_agree(shown(case), answers(case))


def test_the_oracle_is_asked_about_shown_figures_of_every_kind_and_not_only_hidden_ones() -> None:
    rows = [
        Row("a", {"car": n, "uscc": n % 40}, (n * 2654435761) % 2**31, x=float(n % 17 + 1), category="pqr"[n % 3],
            taken=n % 4 > 0)
        for n in range(200)
    ]  # fmt: skip
    case = Case(rows, FIGURES)

    got = shown(case)["a"]

    assert [name for name, value in got.items() if value is None] == []
    assert_agree(shown(case), answers(case))


def test_a_table_of_no_cells_stays_empty_with_its_columns() -> None:
    case = Case([], FIGURES)

    table = protect(measured(case), case.release(), case.rules, SECRET).table

    assert table.num_rows == 0
    assert table.column_names == ["k0", *(want.name for want in FIGURES)]
    assert table.schema.field("m0").type == pa.int64()
