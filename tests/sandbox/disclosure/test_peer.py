"""Our perturbed counts beside those of a statistics office's package, cell by cell, on the same people and chances.

Switched in for the comparison: that package's plain cell key (sum of record keys modulo the table's range) and record
keys as short as it expects. Everything else is what answers queries: gate, engine, disclosure control.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from cell_key_perturbation.create_perturbed_table import create_perturbed_table
from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule

from sandbox.disclosure.cell_key import CellKeys, Whole, Words
from sandbox.disclosure.perturbation import PerturbationTable, perturbation_table
from sandbox.disclosure.protect import protected
from sandbox.disclosure.rules import DisclosureRules
from sandbox.gate import check
from tests.sandbox.disclosure.adult import FILE, adult, granted

RANGE = 256
LARGEST = 750  # of the counts that package's tables have a row for; above, it uses the last 250 rows again
TABULATIONS = [
    ["sex"],
    ["race", "sex"],
    ["education", "sex"],
    ["workclass", "education", "marital_status"],
    ["age", "occupation"],
    ["native_country", "race", "relationship"],
]


@dataclass(frozen=True)
class PlainKeys(CellKeys):
    """That package's cell keys, stretched to the 32 bits of ours."""

    def of_sets(self, sums: Whole, counts: Whole) -> Words:
        """The sum of the record keys modulo the range, in every word."""
        key = (sums % RANGE) * (2**32 // RANGE)
        return np.repeat(key.astype(np.uint32)[:, None], 8, axis=1)


def as_theirs(table: PerturbationTable) -> pd.DataFrame:
    """Our perturbation table in that package's form: true count, cell key, deviation; small counts become zero."""
    counts, keys = np.divmod(np.arange(LARGEST * RANGE), RANGE)
    counts = counts + 1
    moved = table.deviations(counts, (keys * (2**32 // RANGE)).astype(np.uint32))
    return pd.DataFrame({"pcv": counts, "ckey": keys, "pvalue": np.where(counts < table.least, -counts, moved)})


@pytest.fixture(scope="module")
def people(shared: Path) -> pa.Table:
    if not (shared / FILE).is_file():
        pytest.skip(f"real input is absent: {FILE.as_posix()}")
    return adult(shared, keys=RANGE)


@pytest.fixture(scope="module")
def engine(people: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA data")
        connection.register("incoming", people)
        connection.execute("CREATE TABLE data.adult AS SELECT * FROM incoming")
        yield connection


ROUNDED = DisclosureRules(counts="round", difference_act="hide")
RULES = {
    "2-5": DisclosureRules(),
    "4-8": DisclosureRules(variance=4, deviation=8),
    "rounded": ROUNDED,
}


def their_table(rules: DisclosureRules) -> pd.DataFrame:
    """The table that package is given: ours, or its own of the rule "threshold of 10, rounding to base 5"."""
    if rules is ROUNDED:
        return generate_ptable_10_5_rule()
    return as_theirs(perturbation_table(variance=rules.variance, deviation=rules.deviation, least=10))


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("tabulated", TABULATIONS, ids="-".join)
def test_our_counts_are_the_statistics_office_package_s_cell_by_cell(
    people: pa.Table,
    engine: duckdb.DuckDBPyConnection,
    tabulated: list[str],
    rules: DisclosureRules,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sql = f"SELECT {', '.join(tabulated)}, count(*) AS n FROM adult GROUP BY ALL"
    (release,) = check(sql, granted=granted(people)).releases
    measured = engine.sql(release.statement.sql).to_arrow_table()
    ours = protected(measured, release, rules, PlainKeys(bytes(32))).table

    theirs = create_perturbed_table(people.to_pandas(), their_table(rules), [], tabulated, "__key", False, 10)

    shown = {tuple(row[key] for key in release.keys): row[release.measures[0].name] for row in ours.to_pylist()}
    wanted = theirs.dropna(subset="count").set_index(tabulated)["count"]
    wanted = {key if isinstance(key, tuple) else (key,): int(count) for key, count in wanted.items()}
    assert shown == wanted
    assert len(shown) > 1
    assert capsys.readouterr().out == "Input validation completed.\n"
