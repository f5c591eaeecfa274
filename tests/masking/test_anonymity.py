"""k, l, t and uniques: what a peer found on census data, and what plain counting finds on any."""

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking.anonymity import Anonymity, anonymity, anonymity_sql

ADULT = Path(__file__).parents[2].parent / "shared" / "data" / "microdata_pycanon_adult"
EXPECTED = ADULT / "peer_expected_pycanon_1.3.6.csv"


def peer_verdicts() -> list[dict[str, str]]:
    """What the peer measured, for the files that are at hand."""
    if not EXPECTED.exists():
        return []
    with EXPECTED.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if (ADULT / f"{row['file']}.zst").exists()]


def measured(engine: duckdb.DuckDBPyConnection, relation: str, quasi: list[str], sensitive: str | None) -> Anonymity:
    """The engine's answer."""
    rows, k, uniques, l, t, alpha = engine.execute(anonymity_sql(relation, quasi, sensitive)).fetchall()[0]  # noqa: E741
    return Anonymity(rows, k, uniques, l, t, alpha)


def test_the_peers_verdicts_are_at_hand() -> None:
    if not ADULT.exists():
        pytest.skip("shared/data/microdata_pycanon_adult is not beside the project")
    assert len(peer_verdicts()) == 7


@pytest.mark.parametrize("verdict", peer_verdicts(), ids=lambda verdict: Path(verdict["file"]).stem)
def test_census_rows_are_as_anonymous_as_the_peer_says(verdict: dict[str, str]) -> None:
    with duckdb.connect() as engine:
        relation = f"read_csv('{ADULT / verdict['file']}.zst', all_varchar = true)"
        found = measured(engine, relation, verdict["qi"].split("|"), verdict["sa"])
    assert (found.rows, found.k, found.l, found.uniques) == tuple(
        int(verdict[name]) for name in ("rows", "k", "l", "sample_uniques")
    )
    assert found.t == pytest.approx(float(verdict["t"]), abs=1e-12)
    assert found.alpha == pytest.approx(float(verdict["alpha"]), abs=1e-12)


some = st.none() | st.sampled_from("甲乙丙")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.tuples(some, some), some), max_size=30))
def test_the_engine_counts_what_plain_python_counts(
    rows: list[tuple[tuple[str | None, str | None], str | None]],
) -> None:
    with duckdb.connect() as engine:
        engine.execute('CREATE TABLE given (a VARCHAR, "b""c" VARCHAR, v VARCHAR)')
        if rows:
            engine.executemany("INSERT INTO given VALUES (?, ?, ?)", [[*quasi, value] for quasi, value in rows])
        found, expected = measured(engine, "given", ["a", 'b"c'], "v"), anonymity(rows)
    assert (found.rows, found.k, found.uniques, found.l) == (
        expected.rows,
        expected.k,
        expected.uniques,
        expected.l,
    )
    assert found.t == pytest.approx(expected.t)
    assert found.alpha == pytest.approx(expected.alpha)


def test_without_a_sensitive_column_only_classes_are_told() -> None:
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE given AS SELECT * FROM (VALUES (1), (1), (2)) AS rows(a)")
        assert measured(engine, "given", ["a"], None) == Anonymity(rows=3, k=1, uniques=1)
        assert measured(engine, "given", [], None) == Anonymity(rows=3, k=3, uniques=0)


def test_beside_another_sensitive_column_the_worse_counts() -> None:
    first, second = Anonymity(9, 3, 0, l=2, t=0.5, alpha=0.6), Anonymity(9, 3, 0, l=3, t=0.7, alpha=0.4)
    assert first.with_worst_of(second) == Anonymity(9, 3, 0, l=2, t=0.7, alpha=0.6)
    assert Anonymity(9, 3, 0).with_worst_of(second) == second
