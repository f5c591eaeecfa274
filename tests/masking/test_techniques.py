"""Techniques: the engine's answer equals plain Python's, whatever the value; nothing more shows than the rule says."""

import hashlib
import hmac
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masking.adapters.duckdb import keyed
from masking.techniques import (
    NAMES,
    Band,
    Clamp,
    Family,
    Form,
    GeneraliseDate,
    Grid,
    KeepEdges,
    Misshapen,
    Period,
    Pseudonym,
    Show,
    Suppress,
    Technique,
    Truncate,
    UpToDistrict,
    apply,
    expression,
    family_of,
    fits,
    key_for,
    label,
    name_of,
    needs_key,
    pads,
    parameters_of,
    technique,
)

KEY = key_for(b"a secret of the platform", "samples")
COLUMN = '列"one'
AGAIN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

characters = st.characters(codec="utf-8", exclude_characters="\0")
chinese = st.text("厦门市思明区湖里县路号街镇村1一😀 a*", max_size=12)
texts = st.none() | chinese | st.text(characters, max_size=20)
wholes = st.none() | st.integers(-(2**63), 2**63 - 1)
fractions = st.none() | st.floats(-1e12, 1e12) | st.sampled_from([math.nan, math.inf, -math.inf])
moments = st.none() | st.datetimes(datetime(1000, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001
dates = st.none() | st.dates(date(1000, 1, 1), date(2200, 1, 1))

on_text: st.SearchStrategy[Technique] = st.one_of(
    st.builds(
        KeepEdges,
        left=st.integers(0, 5),
        right=st.integers(0, 5),
        filler=st.sampled_from("*x#星"),
        width=st.none() | st.integers(1, 6),
    ),
    st.builds(Truncate, length=st.integers(0, 8)),
    st.builds(UpToDistrict, text=st.sampled_from(["*", "", "it's 已隐去"])),
    st.builds(Suppress, text=st.none() | st.sampled_from(["", "***", "it's"])),
    st.builds(Pseudonym, label=st.just("resident_id"), digits=st.integers(12, 64)),
    st.just(Show()),
)
edges = st.lists(st.integers(-1000, 1000) | st.floats(-1e6, 1e6), min_size=1, max_size=8, unique=True).map(
    lambda found: tuple(sorted(found))
)
limits = st.tuples(st.integers(-100, 100), st.integers(-100, 100)).map(sorted)
on_numbers: st.SearchStrategy[Technique] = st.one_of(
    st.builds(Band, edges=edges, form=st.sampled_from(Form)),
    limits.map(lambda pair: Clamp(low=pair[0], high=pair[1])),
    st.integers(-100, 100).map(lambda low: Clamp(low=low)),
    st.floats(-100, 100).map(lambda high: Clamp(high=high)),
    st.just(Suppress()),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine with the key's pads laid."""
    with duckdb.connect() as connection, keyed(connection, KEY):
        yield connection


def masked(
    engine: duckdb.DuckDBPyConnection, used: Technique, values: Sequence[object], type: str
) -> tuple[list[object], str]:
    """The engine's answers for a column of that type, and the type they have."""
    engine.execute(f"CREATE OR REPLACE TEMPORARY TABLE given (place INTEGER, {quoted()} {type})")
    engine.executemany("INSERT INTO given VALUES (?, ?)", [[place, value] for place, value in enumerate(values)])
    sql = expression(used, COLUMN)
    rows = engine.execute(f"SELECT {sql}, typeof({sql}) FROM given ORDER BY place").fetchall()
    return [row[0] for row in rows], rows[0][1]


def quoted() -> str:
    """The awkward column's name as it stands in SQL."""
    return '"列""one"'


def same(first: object, second: object) -> bool:
    """Equal, not-a-number being equal to itself."""
    both_nan = isinstance(first, float) and isinstance(second, float) and math.isnan(first) and math.isnan(second)
    return both_nan or first == second


@AGAIN
@given(used=on_text, values=st.lists(texts, min_size=1, max_size=6))
def test_on_text_the_engine_says_what_python_says(
    engine: duckdb.DuckDBPyConnection, used: Technique, values: list[str | None]
) -> None:
    answers, _ = masked(engine, used, values, "VARCHAR")
    assert answers == [apply(used, value, key=KEY) for value in values]


@AGAIN
@given(
    used=on_numbers | on_text.filter(lambda used: fits(used, Family.WHOLE)),
    values=st.lists(wholes, min_size=1, max_size=6),
)
def test_on_whole_numbers_the_engine_says_what_python_says(
    engine: duckdb.DuckDBPyConnection, used: Technique, values: list[int | None]
) -> None:
    answers, _ = masked(engine, used, values, "BIGINT")
    expected = [apply(used, value, key=KEY) for value in values]
    if isinstance(used, Clamp | Band) and any(isinstance(limit, float) for limit in _limits(used)):
        # A fractional limit turns the engine's column into doubles.
        expected = [float(value) if isinstance(value, int) else value for value in expected]
    assert all(map(same, answers, expected))


@AGAIN
@given(
    used=on_numbers | st.builds(Grid, steps=st.integers(1, 1000)), values=st.lists(fractions, min_size=1, max_size=6)
)
def test_on_fractions_the_engine_says_what_python_says(
    engine: duckdb.DuckDBPyConnection, used: Technique, values: list[float | None]
) -> None:
    answers, _ = masked(engine, used, values, "DOUBLE")
    assert all(map(same, answers, (apply(used, value) for value in values)))


@AGAIN
@given(to=st.sampled_from(Period), values=st.lists(dates, min_size=1, max_size=6))
def test_on_dates_the_engine_says_what_python_says(
    engine: duckdb.DuckDBPyConnection, to: Period, values: list[date | None]
) -> None:
    answers, type = masked(engine, GeneraliseDate(to), values, "DATE")
    assert (answers, type) == ([apply(GeneraliseDate(to), value) for value in values], "DATE")


@AGAIN
@given(to=st.sampled_from(Period), values=st.lists(moments, min_size=1, max_size=6))
def test_on_moments_the_engine_says_what_python_says(
    engine: duckdb.DuckDBPyConnection, to: Period, values: list[datetime | None]
) -> None:
    answers, type = masked(engine, GeneraliseDate(to), values, "TIMESTAMP")
    assert (answers, type) == ([apply(GeneraliseDate(to), value) for value in values], "DATE")


@pytest.mark.parametrize("type", ["TINYINT", "BIGINT", "DOUBLE", "DECIMAL(18,4)"])
def test_figures_keep_the_column_s_type_so_that_sums_still_run(engine: duckdb.DuckDBPyConnection, type: str) -> None:
    for used in (Band((0, 10, 20), Form.FLOOR), Clamp(low=0, high=100), Suppress()):
        assert masked(engine, used, [37], type)[1] in {type, "INTEGER" if type == "TINYINT" else type}


@pytest.mark.parametrize(
    ("used", "value", "shown"),
    [
        (KeepEdges(left=1, width=2), "欧阳修", "欧**"),
        (KeepEdges(left=1, width=2), "修", "**"),
        (KeepEdges(left=3, right=4), "13812345678", "138****5678"),
        (KeepEdges(left=3, right=4), "1381234", "*******"),
        (KeepEdges(left=3), 13812345678, "138********"),
        (Truncate(4), "1990-01-31", "1990"),
        (UpToDistrict(), "福建省厦门市思明区莲前西路12号", "福建省厦门市思明区"),
        (UpToDistrict(), "阳光小区3号楼", "*"),
        (UpToDistrict(), "莲前街道阳光小区3号楼", "*"),
        (Band((0, 18, 60)), 37, "[18,60)"),
        (Band((0, 18, 60)), -1, "<0"),
        (Band((0, 18, 60)), 60, "≥60"),
        (Band((0, 18, 60), Form.FLOOR), 59, 18),
        (Clamp(low=0, high=100_000), 2_500_000, 100_000),
        (Grid(100), 118.0894, 118.08),
        (Grid(100), -0.001, -0.01),
        (GeneraliseDate(Period.QUARTER), date(1990, 8, 31), date(1990, 7, 1)),
        (GeneraliseDate(Period.DECADE), datetime(1994, 8, 31, tzinfo=UTC), date(1990, 1, 1)),
        (Suppress(), "x", None),
        (Suppress("***"), None, "***"),
    ],
)
def test_each_technique_shows_what_its_rule_says(used: Technique, value: object, shown: object) -> None:
    assert apply(used, value) == shown


@given(value=st.text(characters, max_size=20), left=st.integers(0, 5), right=st.integers(0, 5))
def test_kept_edges_never_show_a_whole_value(value: str, left: int, right: int) -> None:
    shown = apply(KeepEdges(left=left, right=right, filler="\uffff"), value)
    assert value == "" or shown != value


def test_a_pseudonym_is_hmac_sha_256_and_holds_within_its_label_and_key_only() -> None:
    used = Pseudonym("resident_id", 64)
    expected = hmac.new(KEY, "resident_id:厦门".encode(), hashlib.sha256).hexdigest()
    assert apply(used, "厦门", key=KEY) == expected
    assert apply(Pseudonym("uscc", 64), "厦门", key=KEY) != expected
    assert apply(used, "厦门", key=key_for(b"a secret of the platform", "agreement-7")) != expected


@pytest.mark.parametrize("length", [1, 32, 64, 65, 200])
def test_keys_of_any_length_give_the_engine_the_same_pseudonyms(length: int) -> None:
    key = bytes(range(length % 256)) or b"k"
    with duckdb.connect() as connection, keyed(connection, key):
        assert masked(connection, Pseudonym("unit", 64), ["厦门"], "VARCHAR")[0] == [
            hmac.new(key, "unit:厦门".encode(), hashlib.sha256).hexdigest()
        ]


def test_no_byte_of_the_key_stands_in_any_sql_text_and_the_pads_are_gone_afterwards() -> None:
    inner, outer = pads(KEY)
    sql = expression(Pseudonym("unit"), COLUMN)
    with duckdb.connect() as connection:
        with keyed(connection, KEY):
            connection.execute("SELECT 1")
        assert not any(part.hex() in sql or repr(part) in sql for part in (KEY, inner, outer))
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT * FROM masking_pads")


def test_a_pseudonym_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        apply(Pseudonym("unit"), "x")


@pytest.mark.parametrize("name", ['a"; DROP TABLE given; --', "列", "a b", "x'y", 'quote""d'])
def test_a_column_s_name_cannot_leave_its_quotes(name: str) -> None:
    with duckdb.connect() as connection:
        escaped = name.replace('"', '""')
        connection.execute(f'CREATE TABLE given ("{escaped}" VARCHAR)')
        connection.execute("INSERT INTO given VALUES ('欧阳修')")
        for used in (KeepEdges(left=1, width=2), Truncate(1), UpToDistrict(), Suppress("'; SELECT 1 --"), Show()):
            sql = expression(used, name)
            assert connection.execute(f"SELECT {sql} FROM given").fetchall() == [(apply(used, "欧阳修"),)]


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_name_no_column_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no such column name"):
        expression(Show(), name)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("keep_edges", {"left": -1}),
        ("keep_edges", {"left": "3"}),
        ("keep_edges", {"left": True}),
        ("keep_edges", {"filler": "**"}),
        ("keep_edges", {"width": 0}),
        ("keep_edges", {"middle": 3}),
        ("truncate", {}),
        ("truncate", {"length": -1}),
        ("band", {"edges": []}),
        ("band", {"edges": [2, 1]}),
        ("band", {"edges": [1, math.inf]}),
        ("band", {"edges": "1,2"}),
        ("band", {"edges": [1], "form": "ceiling"}),
        ("clamp", {}),
        ("clamp", {"low": 5, "high": 1}),
        ("grid", {"steps": 0}),
        ("generalise_date", {"to": "week"}),
        ("pseudonym", {"label": "A'"}),
        ("pseudonym", {"label": "unit", "digits": 4}),
        ("suppress", {"text": "a\0"}),
        ("encrypt", {}),
    ],
)
def test_a_technique_that_is_not_well_formed_is_refused_in_both_languages(
    name: str, parameters: dict[str, object]
) -> None:
    with pytest.raises(Misshapen) as refused:
        technique(name, parameters)
    assert refused.value.zh
    assert refused.value.en


@given(on_text | on_numbers)
def test_what_is_written_of_a_technique_reads_back_as_the_same(used: Technique) -> None:
    said = {name: value for name, value in parameters_of(used).items() if value is not None}
    assert technique(name_of(used), said) == used


def test_every_technique_has_a_name_in_both_languages_and_knows_where_it_fits() -> None:
    every = (
        Show(), Suppress(), KeepEdges(), Truncate(1), UpToDistrict(), Band((1,)), Clamp(low=1), Grid(1),
        GeneraliseDate(Period.YEAR), Pseudonym("unit"),
    )  # fmt: skip
    assert {type(used) for used in every} == set(NAMES.values())
    assert all(label(used, "zh") != label(used, "en") for used in every)
    assert [name_of(used) for used in every if needs_key(used)] == ["pseudonym"]
    assert not fits(GeneraliseDate(Period.YEAR), Family.TEXT)
    assert not fits(KeepEdges(), family_of("DOUBLE"))
    assert fits(Suppress(), family_of("BOOLEAN"))


def test_bands_cover_every_number_once() -> None:
    used = Band((0, 10, 20))
    labels = [apply(used, number) for number in range(-5, 30)]
    assert len(set(labels)) == 4
    assert sum(first != second for first, second in pairwise(labels)) == 3


def _limits(used: Clamp | Band) -> tuple[object, ...]:
    return (used.low, used.high) if isinstance(used, Clamp) else used.edges if used.form is Form.FLOOR else ()
