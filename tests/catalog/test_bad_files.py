"""Files that cannot be taken in: each is refused by what is wrong with it, without a value, and nothing is placed."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.arrival import Supply
from catalog.errors import (
    ColumnMissing,
    ColumnsUnclear,
    EncodingUnknown,
    FormatUnknown,
    ManifestWrong,
    RowsAllRefused,
    TableEmpty,
    TableMalformed,
    TableMissing,
    TypeUnknown,
)
from catalog.model import ColumnType
from logs.errors import Refusal
from tests.catalog.factories import arrive, arrive_file, csv_file, declared, said

VALUE = "绝密甲"
"""Stands in files that are refused, and must not stand in the refusal."""


@pytest.mark.parametrize(
    ("lines", "place", "reason"),
    [
        (("a,b", "1,2", f"3,{VALUE},5"), 3, "holds too many fields"),
        (("a,b,c", '1,"x\ny",3', f"4,{VALUE}"), 4, "holds too few fields"),
        (("a,b", "1,2", f'3,"{VALUE}'), 3, "has a quote that does not close or stands in the wrong place"),
    ],
)
def test_a_malformed_file_is_refused_by_line_and_reason_without_its_values(
    tmp_path: Path, lines: tuple[str, ...], place: int, reason: str
) -> None:
    with pytest.raises(TableMalformed) as refused:
        arrive_file(tmp_path, csv_file(tmp_path, *lines), declared(privacy_unit=False))
    assert [(line, why) for line, _, why in refused.value.lines] == [(place, reason)]
    assert VALUE not in str(refused.value) + refused.value.detail("zh") + repr(refused.value.args)
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_the_line_is_right_far_down_a_large_file_in_another_encoding(tmp_path: Path) -> None:
    lines = [f"{n},思明区{n}" for n in range(120_000)]
    lines[99_999] = "1,2,3"
    with pytest.raises(TableMalformed) as refused:
        arrive_file(tmp_path, csv_file(tmp_path, "a,b", *lines, encoding="gb18030"), declared(privacy_unit=False))
    assert refused.value.lines[0][0] == 100_001


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("visit.csv", b"", TableEmpty),
        ("visit.csv", b"a,b\n", TableEmpty),
        ("visit.csv", b"\n\n", TableEmpty),
        ("visit.csv", b"a,A\n1,2\n", ColumnsUnclear),
        ("visit.csv", b"a,\n1,2\n", ColumnsUnclear),
        ("visit.csv", b"a,__key\n1,2\n", ColumnsUnclear),
        ("visit.csv", "café,élève\nÜber,straße\n".encode("latin-1"), EncodingUnknown),
        ("visit.csv", b"a,b\n1,\x00\n", EncodingUnknown),
        ("visit.parquet", b"PAR1 not really", FormatUnknown),
        ("visit.xlsx", b"PK", FormatUnknown),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_what_is_wrong(
    tmp_path: Path, name: str, content: bytes, refusal: type[Refusal]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(refusal) as refused:
        arrive_file(tmp_path, tmp_path / name, declared(privacy_unit=False))
    assert refused.value.remedy("zh")
    assert refused.value.remedy("en")
    assert not list((tmp_path / "snapshots").glob("*.duckdb"))


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(TableMissing, match=r"gone\.csv"):
        arrive_file(tmp_path, tmp_path / "gone.csv", declared(privacy_unit=False))


def test_a_parquet_column_of_a_nested_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "visit.parquet"
    parquet.write_table(pa.table({"k": ["a"], "many": [[1, 2]]}), path)
    with pytest.raises(TypeUnknown, match="many"):
        arrive_file(tmp_path, path, declared(privacy_unit=False))


def test_a_declared_column_that_the_file_lacks_is_refused_with_those_it_has(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,b", "1,2")
    with pytest.raises(ColumnMissing) as refused:
        arrive_file(tmp_path, path, declared(privacy_unit=False, columns=(said("c"),)))
    assert "a, b" in refused.value.remedy("en")
    with pytest.raises(ColumnMissing):
        arrive_file(tmp_path, path, declared(privacy_unit="c"))


def test_a_file_of_which_no_row_fits_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "k,n", "a,x", "b,y")
    with pytest.raises(RowsAllRefused) as refused:
        arrive_file(tmp_path, path, declared(privacy_unit=False, columns=(said("n", type=ColumnType.DATE),)))
    assert refused.value.columns == ("n",)


def test_when_one_resource_is_refused_none_is_placed(tmp_path: Path) -> None:
    good = csv_file(tmp_path, "k,n", "a,1", name="good.csv")
    bad = csv_file(tmp_path, "k,n", "a", name="bad.csv")
    with pytest.raises(TableMalformed):
        arrive(
            tmp_path,
            Supply(declared("good", privacy_unit=False), good),
            Supply(declared("bad", privacy_unit=False), bad),
        )
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_two_resources_of_one_name_are_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "k", "a")
    with pytest.raises(ManifestWrong):
        arrive(tmp_path, *(Supply(declared(name, privacy_unit=False), path) for name in ("visit", "VISIT")))
