"""Answers as JSON, CSV, Parquet and Arrow, and as encrypted files."""

import csv
import io
import json
import stat
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.adapters.result_files import ResultFiles
from sandbox.errors import ResultDamaged
from sandbox.results import Format, columns, write

KEY = bytes(range(32))
EVERYTHING = pa.table(
    {
        "n": pa.array([1, None], pa.int64()),
        "很大": pa.array([Decimal(2**100), None], pa.decimal128(38, 0)),
        "x": pa.array([float("nan"), float("inf")], pa.float64()),
        "d": pa.array([Decimal("1.50"), Decimal("2.00")], pa.decimal128(9, 2)),
        "t": pa.array(['a,"b"\n', None], pa.string()),
        "day": pa.array([date(2026, 1, 31), None], pa.date32()),
        "at": pa.array([datetime(2026, 1, 31, 8, 0, 0, 500), None], pa.timestamp("us")),  # noqa: DTZ001  # no zone
        "moment": pa.array([datetime(2026, 1, 31, 8, tzinfo=UTC), None], pa.timestamp("us", tz="Asia/Shanghai")),
        "clock": pa.array([time(8, 30), None], pa.time64("us")),
        "b": pa.array([True, None], pa.bool_()),
        "list": pa.array([[1.0, float("nan")], None], pa.list_(pa.float64())),
        "struct": pa.array([{"a": date(2026, 1, 1)}, None], pa.struct([("a", pa.date32())])),
        "stretch": pa.array([(1, 2, 3_000_000_000), None], pa.month_day_nano_interval()),
    }
)


def whole(table: pa.Table, format: Format, **beside: Any) -> bytes:
    return b"".join(write(table, format, beside or None))


def test_json_has_columns_rows_and_whatever_else_helps() -> None:
    told = json.loads(whole(EVERYTHING, Format.JSON, hidden="1–5"))
    assert told["hidden"] == "1–5"
    assert told["columns"][:3] == [
        {"name": "n", "type": "BIGINT"},
        {"name": "很大", "type": "HUGEINT"},
        {"name": "x", "type": "DOUBLE"},
    ]
    assert told["rows"][0] == [
        1,
        2**100,
        None,
        1.5,
        'a,"b"\n',
        "2026-01-31",
        "2026-01-31T08:00:00.0005",
        "2026-01-31T08:00:00+00:00",
        "08:30:00",
        True,
        [1.0, None],
        {"a": "2026-01-01"},
        "P1M2DT3S",
    ]
    assert told["rows"][1] == [None, None, None, 2, *[None] * 9]


def test_an_empty_answer_is_still_columns_and_no_rows() -> None:
    empty = EVERYTHING.slice(0, 0)
    assert json.loads(whole(empty, Format.JSON)) == {
        "columns": [{"name": column.name, "type": column.type} for column in columns(EVERYTHING)],
        "rows": [],
    }
    assert len(list(csv.reader(io.StringIO(whole(empty, Format.CSV).decode())))) == 1


def test_csv_quotes_what_needs_it_and_leaves_null_empty() -> None:
    head, first, second = csv.reader(io.StringIO(whole(EVERYTHING, Format.CSV).decode(), newline=""))
    assert head == EVERYTHING.column_names
    assert first[4] == 'a,"b"\n'
    assert first[9:12] == ["true", "[1.0, null]", '{"a": "2026-01-01"}']
    assert second[:3] == ["", "", ""]


def test_parquet_and_arrow_keep_types_and_values() -> None:
    stored = pq.read_table(io.BytesIO(whole(EVERYTHING, Format.PARQUET)))
    streamed = pa.ipc.open_stream(whole(EVERYTHING, Format.ARROW)).read_all()
    assert streamed.drop_columns(["x", "list"]).equals(EVERYTHING.drop_columns(["x", "list"]))
    assert stored["d"].to_pylist() == [Decimal("1.50"), Decimal("2.00")]
    assert stored["stretch"].to_pylist() == ["P1M2DT3S", None]


def test_columns_of_one_name_stay_apart_in_every_form() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["n", "n", "m"])
    assert json.loads(whole(table, Format.JSON))["rows"] == [[1, 2, 3]]
    assert whole(table, Format.CSV) == b"n,n,m\r\n1,2,3\r\n"
    assert pq.read_table(io.BytesIO(whole(table, Format.PARQUET))).column_names == ["n", "n_1", "m"]


def test_days_beyond_what_python_knows_are_written_all_the_same() -> None:
    table = pa.table({"day": pa.array([10_000_000], pa.int32()).cast(pa.date32())})
    assert json.loads(whole(table, Format.JSON))["rows"] == [["29349-01-26"]]


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.floats(), st.text()), max_size=30))
def test_whatever_the_values_json_reads_back_and_has_every_row(rows: list[tuple[int, float, str]]) -> None:
    whole_numbers, numbers, texts = zip(*rows, strict=True) if rows else ((), (), ())
    table = pa.table(
        {
            "i": pa.array(whole_numbers, pa.int64()),
            "x": pa.array(numbers, pa.float64()),
            "t": pa.array([text.encode("utf-8", "ignore").decode() for text in texts], pa.string()),
        }
    )
    told = json.loads(whole(table, Format.JSON), parse_constant=lambda word: pytest.fail(f"not JSON: {word}"))
    assert [row[0] for row in told["rows"]] == list(whole_numbers)
    assert len(list(csv.reader(io.StringIO(whole(table, Format.CSV).decode(), newline="")))) == len(rows) + 1


def test_many_rows_are_written_in_pieces() -> None:
    table = pa.table({"n": range(25_000)})
    pieces = list(write(table, Format.CSV))
    assert len(pieces) > 20
    assert len(json.loads(whole(table, Format.JSON))["rows"]) == 25_000


def test_a_stored_answer_opens_as_it_was_and_cannot_be_read_without_the_key(tmp_path: Path) -> None:
    files = ResultFiles(tmp_path / "results", KEY)
    kept = files.keep("q1", pa.table({"t": ["the safe answer"]}))
    stored = tmp_path / "results" / "q1.arrow"
    assert files.open("q1").table["t"].to_pylist() == ["the safe answer"]
    assert files.open("q1").digest == kept.digest
    assert b"safe answer" not in stored.read_bytes()
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    with pytest.raises(ResultDamaged):
        ResultFiles(tmp_path / "results", bytes(32)).open("q1")


def test_a_stored_answer_cannot_be_passed_off_as_another(tmp_path: Path) -> None:
    files = ResultFiles(tmp_path, KEY)
    files.keep("q1", pa.table({"n": [1]}))
    (tmp_path / "q1.arrow").rename(tmp_path / "q2.arrow")
    for id in ("q1", "q2"):
        with pytest.raises(ResultDamaged) as damaged:
            files.open(id)
        assert damaged.value.remedy("zh")


@pytest.mark.parametrize("cut", [0, 3, 10, 40])
def test_a_file_cut_short_is_damaged(tmp_path: Path, cut: int) -> None:
    files = ResultFiles(tmp_path, KEY)
    files.keep("q1", pa.table({"n": [1]}))
    stored = tmp_path / "q1.arrow"
    stored.write_bytes(stored.read_bytes()[:cut])
    with pytest.raises(ResultDamaged):
        files.open("q1")


def test_an_id_that_is_a_path_is_refused(tmp_path: Path) -> None:
    files = ResultFiles(tmp_path / "results", KEY)
    for id in ("../q1", "a/b", "", "q1\0"):
        with pytest.raises(ValueError, match="not an id"):
            files.keep(id, pa.table({"n": [1]}))


def test_removing_what_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    ResultFiles(tmp_path, KEY).remove("none")
