"""Inspecting a perturbation table: what it promises is checked from its rows, and a broken row is named."""

from dataclasses import replace

import pytest

from sandbox.disclosure.inspection import as_csv, bias, checks, table_text
from sandbox.disclosure.perturbation import GRID, PerturbationTable, perturbation_table

TABLE = perturbation_table(variance=2, deviation=5, least=10)


def broken(table: PerturbationTable) -> set[str]:
    return {check.name for check in checks(table) if check.broken_at is not None}


def with_row(*shares: float) -> PerturbationTable:
    """The table with other shares for deviations -5 to 5."""
    return replace(TABLE, rows=(tuple(round(share * GRID) for share in shares),))


@pytest.mark.parametrize(
    ("variance", "deviation", "least"),
    [(2, 5, 10), (2, 5, 3), (1, 2, 10), (4, 8, 5), (10, 5, 10), (3, 20, 10), (1, 50, 3), (600, 50, 10)],
)
def test_every_table_that_a_document_may_ask_for_keeps_its_promises(
    variance: float, deviation: int, least: int
) -> None:
    assert broken(perturbation_table(variance=variance, deviation=deviation, least=least)) == set()


def test_a_table_that_breaks_a_promise_is_caught_at_it() -> None:
    even = (0, 0, 0, 0.25, 0, 0.5, 0, 0.25, 0, 0, 0)
    assert broken(with_row(*even)) == {"most_even"}
    assert broken(with_row(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)) == {"variance", "most_even"}
    assert "unbiased" in broken(with_row(0, 0, 0, 0, 0, 0, 0.5, 0, 0.5, 0, 0))
    assert "whole" in broken(with_row(0, 0, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0, 0))
    assert broken(with_row(0, 0, 0.05, 0.1, 0.1375, 0.425, 0.1375, 0.1, 0.05, 0, 0)) >= {"most_even"}
    low = replace(perturbation_table(variance=2, deviation=5, least=3), rows=TABLE.rows)
    assert broken(low) == {"bounded"}


def test_what_is_shown_of_the_smallest_counts_lies_a_little_high_and_of_all_others_not() -> None:
    found = [bias(TABLE, count) for count in range(10, 20)]

    assert found == sorted(found, reverse=True)
    assert 0.83 < found[0] < 0.85
    assert found[5:] == pytest.approx([0] * 5, abs=1e-5)


def test_people_can_read_the_table_in_both_languages() -> None:
    chinese, english = table_text(TABLE, "zh"), table_text(TABLE, "en")

    assert "一律不显示" in chinese
    assert "0: 35.90  10: 28.19" in english
    assert english.count("✓") == chinese.count("✓") == 6
    assert "✗ each row has the variance given (not at count 10)" in table_text(with_row(*[0] * 5, 1, *[0] * 5), "en")


def test_the_table_as_csv_holds_every_probability_once() -> None:
    _, *lines = as_csv(TABLE)

    assert len(lines) == 11
    assert sum(float(line.split(",")[2]) for line in lines) == pytest.approx(1, abs=1e-8)
