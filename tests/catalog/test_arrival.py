"""Files become snapshots: whole, typed, keyed, in an order that tells nothing, addressed by content."""

import hmac
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from catalog.adapters.duckdb import unit_kind
from catalog.arrival import Arrival
from catalog.columns import clean
from catalog.model import ColumnType, Derived, Part
from tests.catalog.factories import (
    AMOUNT,
    SECRET,
    arrive_cells,
    arrive_file,
    csv_file,
    declared,
    placed,
    rows,
    said,
    types,
)

HIDDEN = ("__key", "__mask", "__rows")
VALUE = "绝密甲"
"""Stands in files that are refused, and must not stand in the refusal."""


def test_a_snapshot_holds_one_table_of_rows_with_key_and_mask(home: Path, arrivals: dict[str, Arrival]) -> None:
    with duckdb.connect(placed(home, arrivals["person"]), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        described = {name: type for name, type, *_ in connection.execute("DESCRIBE main.rows").fetchall()}
    assert tables == [("main", "rows")]
    assert list(described) == [*(column.name for column in arrivals["person"].resource.columns), *HIDDEN]
    assert [described[name] for name in HIDDEN] == ["UINTEGER", "UBIGINT", "UINTEGER"]


def test_an_open_resource_has_neither_key_nor_mask(home: Path, arrivals: dict[str, Arrival]) -> None:
    with duckdb.connect(placed(home, arrivals["xiamen_district"]), read_only=True) as connection:
        names = [name for name, *_ in connection.execute("DESCRIBE main.rows").fetchall()]
    assert names == ["code", "name", "side"]


def test_the_key_is_the_first_31_bits_of_the_units_hmac_and_the_mask_one_bit_of_a_later_slice(
    home: Path, arrivals: dict[str, Arrival]
) -> None:
    for unit, key, mask in rows(home, arrivals["person"], "id_card, __key, __mask")[:200]:
        mac = hmac.digest(SECRET, f"resident_id/{unit}".encode(), "sha256")
        assert key == int.from_bytes(mac[:4], "big") >> 1
        assert mask == 1 << (mac[4] & 63)


def test_one_unit_has_one_key_in_all_its_rows_and_tables(home: Path, arrivals: dict[str, Arrival]) -> None:
    register = dict(rows(home, arrivals["enterprise"], "uscc, __key"))
    reports = rows(home, arrivals["enterprise_annual"], "uscc, __key")
    assert unit_kind(arrivals["enterprise"].resource) == unit_kind(arrivals["enterprise_annual"].resource) == "uscc"
    assert all(register[unit] == key for unit, key in reports)


def test_another_secret_gives_other_keys_and_another_address(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id_card,n", "110105194912310029,1", "110105194912310037,2")
    here = arrive_file(tmp_path, path, declared(privacy_unit="id_card"))
    there = arrive_file(tmp_path, path, declared(privacy_unit="id_card"), secret=b"another")
    assert here.version.digest != there.version.digest
    assert {key for (key,) in rows(tmp_path, here, "__key")}.isdisjoint(rows(tmp_path, there, "__key"))


def test_rows_lie_in_the_order_of_their_keys(home: Path, arrivals: dict[str, Arrival]) -> None:
    keys = [key for (key,) in rows(home, arrivals["person"], "__key")]
    assert keys == sorted(keys)


def test_a_row_without_unit_has_no_key_and_the_unit_counts_as_not_unique(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id_card,n", "110105194912310029,1", ",2")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="id_card"))
    assert rows(tmp_path, arrival, "n, __key IS NULL") == [(1, False), (2, True)]
    assert (arrival.version.rows, arrival.version.units, arrival.version.unit_unique) == (2, 1, False)


def test_each_row_knows_in_how_many_rows_its_unit_stands(home: Path, arrivals: dict[str, Arrival]) -> None:
    annual = arrivals["enterprise_annual"]
    found = rows(home, annual, "uscc, __rows")
    counted = Counter(unit for unit, _ in found)
    assert all(counted[unit] == number for unit, number in found)
    assert annual.version.most_rows == max(counted.values()) > 1
    assert arrivals["person"].version.most_rows == 1
    assert arrivals["xiamen_district"].version.most_rows is None


def test_a_row_without_unit_has_no_number_of_rows_either(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id_card,n", "110105194912310029,1", ",2", ",3")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="id_card"))
    assert sorted(rows(tmp_path, arrival, "n, __rows")) == [(1, 1), (2, None), (3, None)]


@pytest.mark.parametrize(("third", "clean"), [("3", ("n",)), ("4", ()), ("0", ()), ("", ())])
def test_a_numeric_column_without_gaps_zeros_and_values_out_of_bounds_is_clean(
    tmp_path: Path, third: str, clean: tuple[str, ...]
) -> None:
    path = csv_file(
        tmp_path, "id_card,n", "110105194912310029,1", "110105194912310037,2", f"110105194912310045,{third}"
    )
    number = said("n", bounds=(0, 3))
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="id_card", columns=(number,)))
    assert arrival.version.clean == clean


def test_units_are_counted_and_their_uniqueness_measured(arrivals: dict[str, Arrival]) -> None:
    assert arrivals["person"].version.unit_unique
    assert arrivals["person"].version.units == arrivals["person"].version.rows
    assert not arrivals["enterprise_annual"].version.unit_unique
    assert arrivals["enterprise_annual"].version.units <= arrivals["enterprise"].version.rows
    assert arrivals["xiamen_district"].version.units is None


def test_the_same_file_described_alike_is_the_same_snapshot(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id_card,n", "110105194912310029,1")
    first = arrive_file(tmp_path, path, declared(privacy_unit="id_card"))
    kept = placed(tmp_path, first).stat().st_mtime_ns
    again = arrive_file(tmp_path, path, declared(privacy_unit="id_card", title="另一标题"))
    assert first.version.digest == again.version.digest
    assert placed(tmp_path, again).stat().st_mtime_ns == kept
    other = arrive_file(tmp_path, path, declared(privacy_unit="id_card", columns=(said("n", type=ColumnType.DOUBLE),)))
    assert other.version.digest != first.version.digest


def test_nothing_but_snapshots_is_left_in_the_folder(home: Path, arrivals: dict[str, Arrival]) -> None:
    assert {path.name for path in (home / "snapshots").iterdir()} == {
        f"{arrival.version.digest}.duckdb" for arrival in arrivals.values()
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_arrives_alike_in_every_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    lines = ("身份证号,区,备注", '110105194912310029,思明区,"甲,乙"', '110105194912310037,湖里区,"一\n二"')
    path = csv_file(tmp_path, *lines, encoding=encoding, end=end)
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="身份证号"))
    assert sorted(rows(tmp_path, arrival, "区, 备注")) == [("思明区", "甲,乙"), ("湖里区", "一\n二")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_read_off_the_header(tmp_path: Path, delimiter: str) -> None:
    lines = (delimiter.join(cells) for cells in (("code", "name"), ("a", "甲"), ("b", "乙")))
    arrival = arrive_file(tmp_path, csv_file(tmp_path, *lines), declared(privacy_unit=False))
    assert rows(tmp_path, arrival) == [("a", "甲"), ("b", "乙")]


def test_types_are_inferred_over_all_rows(tmp_path: Path) -> None:
    many = 30_000
    lines = [
        f"{n},{n}.5,2026-01-{n % 28 + 1:02d},2026-01-05 0{n % 9}:30,{'true' if n % 2 else 'false'},00{n % 7},{n}"
        for n in range(many)
    ]
    lines.append(f"{many},7,2026/1/5,2026-01-05T10:00:00,true,001,x1")
    arrival = arrive_file(tmp_path, csv_file(tmp_path, "a,b,c,d,e,f,g", *lines), declared(privacy_unit=False))
    assert types(arrival) == {
        "a": ColumnType.INTEGER,
        "b": ColumnType.DOUBLE,
        "c": ColumnType.DATE,
        "d": ColumnType.TIMESTAMP,
        "e": ColumnType.BOOLEAN,
        "f": ColumnType.TEXT,
        "g": ColumnType.TEXT,
    }
    assert (arrival.quality.received, arrival.quality.accepted) == (many + 1, many + 1)


def test_identifiers_stay_text_though_they_are_all_digits(tmp_path: Path) -> None:
    lines = [f"3502031990010{n:05d},13{n:09d},{n}" for n in range(10_000, 10_040)]
    arrival = arrive_file(tmp_path, csv_file(tmp_path, "id_card,phone,n", *lines), declared())
    assert types(arrival) == {"id_card": ColumnType.TEXT, "phone": ColumnType.TEXT, "n": ColumnType.INTEGER}


@pytest.mark.article("S 13", "refused")
def test_declared_types_win_and_unreadable_rows_are_set_aside_with_their_reason(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "code,income,day", "a,12.0,2026年1月5日", f"b,{VALUE},20260105", "c,,soon", "d,7,")
    columns = (said("income", uses=AMOUNT, bounds=(0, 10)), said("day", type=ColumnType.DATE))
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="code", columns=columns))
    assert sorted(rows(tmp_path, arrival, "code, income, day")) == [("a", 12, date(2026, 1, 5)), ("d", 7, None)]
    assert (arrival.quality.received, arrival.quality.quarantined) == (4, 2)
    by_column = {column.name: column for column in arrival.quality.columns}
    assert (by_column["income"].unreadable, by_column["day"].unreadable, by_column["income"].beyond) == (1, 1, 1)
    assert VALUE not in repr(arrival.quality)
    assert arrival.quality.problems == ("unreadable:income", "beyond:income", "unreadable:day")
    aside = parquet.read_table(tmp_path / "snapshots/quarantine" / f"{arrival.version.digest}.parquet").to_pylist()
    assert {(row["code"], row["__unreadable"]) for row in aside} == {("b", "income"), ("c", "day")}


def test_a_declared_whole_number_may_be_written_with_a_point(tmp_path: Path) -> None:
    columns = (said("n", type=ColumnType.INTEGER),)
    path = csv_file(tmp_path, "n,k", "1.0,a", "007,b", "2.5,c")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit=False, columns=columns))
    assert rows(tmp_path, arrival, "n") == [(1,), (7,)]


def test_moments_with_an_offset_become_local_ones(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "k,t", "a,2026-01-05T02:00:00Z", "b,2026-01-05 10:00:00+08:00", "c,2026-01-05 10:00")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit=False, columns=(said("t", type=ColumnType.TIMESTAMP),)))
    assert {moment for (moment,) in rows(tmp_path, arrival, "t")} == {datetime(2026, 1, 5, 10, 0)}  # noqa: DTZ001


def test_invalid_check_digits_are_counted_and_let_in(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id_card,uscc", "11010519491231002x,91350100M000100Y43", "110105194912310021,9135")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="id_card"))
    assert {column.name: column.invalid for column in arrival.quality.columns} == {"id_card": 1, "uscc": 1}
    assert ("11010519491231002X",) in rows(tmp_path, arrival, "id_card")


def test_generated_identifiers_all_pass_their_check(arrivals: dict[str, Arrival]) -> None:
    counts = [column.invalid for arrival in arrivals.values() for column in arrival.quality.columns]
    assert sum(counts) == 0


@pytest.mark.article("S 19", "allowed")
def test_parquet_keeps_its_types_and_identifiers_become_text(tmp_path: Path) -> None:
    path = tmp_path / "visit.parquet"
    cells = {
        "ID_CARD": ["110105194912310029"],
        "phone": pa.array([13800138000.0]),
        "n": pa.array([3], pa.uint8()),
        "x": pa.array([1.5], pa.float32()),
        "t": pa.array([datetime(2026, 1, 5, 2, 0)], pa.timestamp("us", tz="UTC")),  # noqa: DTZ001
        "ok": [True],
    }
    parquet.write_table(pa.table(cells), path)
    arrival = arrive_file(tmp_path, path, declared())
    assert rows(tmp_path, arrival, "id_card, phone, n, x, t, ok") == [
        ("110105194912310029", "13800138000", 3, 1.5, datetime(2026, 1, 5, 10, 0), True)  # noqa: DTZ001
    ]


def test_derived_dimensions_are_computed_on_arrival(tmp_path: Path) -> None:
    columns = tuple(
        said(part.value, derived=Derived("t", part)) for part in (Part.DATE, Part.HOUR, Part.WEEKDAY, Part.MONTH)
    )
    path = csv_file(tmp_path, "k,t", "a,2020-12-21 07:15:00")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="k", columns=columns))
    assert rows(tmp_path, arrival, 'date, hour, weekday, "month"') == [
        (date(2020, 12, 21), 7, 1, date(2020, 12, 1)),
    ]


def test_a_manifest_may_write_names_as_the_file_does(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Person ID,月收入(元)", "p1,3000", "p2,4000")
    columns = (said("月收入(元)", title="收入", bounds=(0, 5000)),)
    arrival = arrive_file(tmp_path, path, declared(privacy_unit="Person ID", columns=columns))
    assert arrival.resource.privacy_unit == "person_id"
    assert arrival.resource.column("月收入_元").title == "收入"


def test_names_are_made_fit_for_sql() -> None:
    assert clean("f", [" ID_CARD ", "月收入(元)", "2023年", "a b"]) == ("id_card", "月收入_元", "_2023年", "a_b")


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("ab思\",\n　 '", max_size=4), st.one_of(st.none(), st.integers(-(10**12), 10**12))),
        min_size=1,
        max_size=20,
    )
)
def test_whatever_cells_come_in_stand_in_the_snapshot(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, int | None]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    columns = (said("k", type=ColumnType.TEXT), said("n", type=ColumnType.INTEGER))
    names = {"k": [text for text, _ in cells], "n": [number for _, number in cells]}
    arrival = arrive_cells(folder, names, declared(privacy_unit=False, columns=columns))
    trimmed = [(text.strip() or None, number) for text, number in cells]
    assert rows(folder, arrival) == trimmed
