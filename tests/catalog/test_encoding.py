"""Encodings are told from all bytes of a file, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.encoding import Encoding, Undecodable, encoding_of

CHINESE = "身份证号,姓名,区\n350203,陈筼筜,思明区\n350206,林国强,湖里区\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", Encoding.UTF_8),
        ("utf-8-sig", Encoding.UTF_8),
        ("gb18030", Encoding.GB18030),
        ("gbk", Encoding.GB18030),
    ],
)
def test_utf_8_and_gb18030_are_told_apart(encoding: str, told: Encoding) -> None:
    assert encoding_of(lambda: [CHINESE.encode(encoding)]) is told


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("身份證號,姓名\n思明區,廈門市中華人民共和國的地方\n", "big5"),
        ("こんにちは世界,東京\n", "shift_jis"),
        ("café crème,élève\nÜber,straße\n", "latin-1"),
        ("Привет,мир\n", "cp1251"),
        (CHINESE, "utf-16"),
    ],
)
def test_other_encodings_are_refused(text: str, encoding: str) -> None:
    with pytest.raises(Undecodable):
        encoding_of(lambda: [text.encode(encoding)])


def test_the_line_of_a_broken_byte_is_told() -> None:
    broken = CHINESE.encode() + "350205,黄".encode() + b"\xff" + "海沧区\n".encode()
    with pytest.raises(Undecodable) as refused:
        encoding_of(lambda: [broken])
    assert refused.value.line == 4


def test_a_file_with_zero_bytes_is_no_text() -> None:
    with pytest.raises(Undecodable):
        encoding_of(lambda: [b"a,b\n1,\0\n"])


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), st.integers(1, 7))
def test_whatever_is_utf_8_is_taken_for_it_however_it_is_cut(text: str, size: int) -> None:
    whole = text.encode()
    assert encoding_of(lambda: [whole[at : at + size] for at in range(0, len(whole), size)]) is Encoding.UTF_8
