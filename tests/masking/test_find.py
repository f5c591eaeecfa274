"""Identifiers in running text: found where they stand, and nothing found where none is."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from masking.adapters.presidio import PresidioScan
from masking.find import find, settle
from masking.model import Kind, Mention
from masking.recognise import Scan

EXAMPLES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))
PIECES = st.sampled_from(
    [
        "11010519491231002X",
        "13800138000",
        "张伟",
        "先生",
        "联系人",
        "闽D12345",
        "路",
        "81号",
        "@",
        "a.cn",
        "，",
        " ",
        "118.08",
        "厦",
    ]
)


@pytest.fixture(scope="module")
def presidio() -> PresidioScan:
    """presidio with our recognisers, loaded once."""
    return PresidioScan()


def told(scan: Scan, text: str) -> list[list[str]]:
    """Kind and words of each mention."""
    return [[found.kind.value, text[found.start : found.end]] for found in scan(text, ())]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"][:20])
def test_each_identifier_is_found_at_its_place_and_nothing_else(example: dict[str, Any]) -> None:
    assert told(find, example["text"]) == example["found"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"][:20])
def test_presidio_with_our_recognisers_finds_the_same(example: dict[str, Any], presidio: PresidioScan) -> None:
    assert told(presidio, example["text"]) == example["found"]


def test_presidio_finds_names_that_no_word_beside_them_gives_away(presidio: PresidioScan) -> None:
    text = "昨天下午张伟明在软件园二期与李晓红发生口角，已由民警王建国处理完毕"
    assert told(find, text) == []
    assert told(presidio, text) == [["person_name", "张伟明"], ["person_name", "李晓红"], ["person_name", "王建国"]]


def test_presidio_takes_no_road_for_a_person(presidio: PresidioScan) -> None:
    for text in ("嘉禾路仙岳路至园山南路段", "五缘湾道(金山至环岛干道)_R_1", "体育路东岳二路至湖滨东路段"):
        assert told(presidio, text) == []


@pytest.mark.parametrize("scan", ["find", "presidio"])
def test_the_column_s_name_makes_a_plain_number_an_identifier(scan: str, presidio: PresidioScan) -> None:
    # given eight digits that alone are nothing, and a column of permits
    scanning = find if scan == "find" else presidio
    assert scanning("01234567", ()) == ()
    assert [found.kind for found in scanning("01234567", ("txz", "台胞证号"))] == [Kind.PERMIT]


def test_the_longest_of_overlapping_mentions_stays_and_an_id_beats_a_card_on_the_same_span() -> None:
    card = Mention(Kind.BANK_CARD, 0, 18, 0.9, "card")
    resident = Mention(Kind.RESIDENT_ID, 0, 18, 0.9, "id")
    inside = Mention(Kind.MOBILE, 3, 14, 1.0, "mobile")
    faint = Mention(Kind.PERSON_NAME, 30, 32, 0.1, "name")
    assert settle([card, inside, resident, faint]) == (resident,)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_mentions_lie_inside_the_text_in_order_and_never_overlap(text: str) -> None:
    found = find(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in found)
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    "piece", ["厦门市思明区", "路1号", "1.1.", "联系人张", "a@b.", "1234 ", "0592-", ":::", "有限公司"]
)
def test_long_repetitive_text_is_read_in_little_time(piece: str) -> None:
    # A pattern that backtracks would take minutes on this.
    find(piece * 3000)
