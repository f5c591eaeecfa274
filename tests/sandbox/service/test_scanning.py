"""A developer's file is read in a process of its own: what it finds, and what happens to hostile ones."""

from pathlib import Path

import pytest

from sandbox.adapters.scanning import ApartScan
from sandbox.nonpublic.errors import FileUnreadable
from sandbox.nonpublic.rule import default_rule

RULE = default_rule()


def csv(folder: Path, text: str) -> Path:
    file = folder / "brought.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_is_read_apart_and_only_what_may_be_taken_is_written(tmp_path: Path) -> None:
    file = csv(tmp_path, "district,手机\n思明区,13812345678\n湖里区,13912345679\n")
    with ApartScan(tmp_path / "incoming")(file, RULE) as read:
        assert [(column.name, column.withheld) for column in read.scanned.columns] == [
            ("district", False),
            ("手机", True),
        ]
        assert read.scanned.rows == 2
        assert read.snapshot.is_file()
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"), [("b.parquet", b"PAR1" + b"\xff" * 400 + b"PAR1"), ("b.csv", b"\x00" * 9)]
)
def test_what_is_no_table_is_told_without_its_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FileUnreadable) as refused, ApartScan(tmp_path / "incoming")(file, RULE):
        pass
    assert refused.value.detail("zh")
    assert refused.value.remedy("en")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_file_that_takes_too_long_is_given_up_and_its_process_ended(tmp_path: Path) -> None:
    file = csv(tmp_path, "a\n1\n")
    with pytest.raises(FileUnreadable, match="too long"), ApartScan(tmp_path / "incoming", seconds=0.05)(file, RULE):
        pass
    assert list((tmp_path / "incoming").iterdir()) == []
