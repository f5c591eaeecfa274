"""What a whole column is taken for, from its name, its title and its distinct values."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from masking.checkdigits import resident_check
from masking.model import Evidence, Kind, Recognition
from masking.recognise import classify, written

IDS = [body + resident_check(body) for body in (f"35020319900101{order:03d}" for order in range(60))]
MOBILES = [f"138{number:08d}" for number in range(0, 60_000_000, 1_000_007)]
NAMES = [surname + given for surname in "陈林黄张李王吴郑" for given in ("伟", "丽华", "国强", "美玲", "志明", "晓红")]


@pytest.mark.parametrize(
    ("name", "title", "values", "kind"),
    [
        ("id_card", "身份证号", IDS, Kind.RESIDENT_ID),
        ("c1", "c1", IDS, Kind.RESIDENT_ID),
        ("c1", "c1", ["91110000600037341L", "911522010783762860", "91152201078377449P"], Kind.USCC),
        ("c1", "c1", MOBILES, Kind.MOBILE),
        ("c1", "c1", [int(number) for number in MOBILES], Kind.MOBILE),
        ("c1", "c1", [float(number) for number in MOBILES], Kind.MOBILE),
        ("c1", "c1", NAMES, Kind.PERSON_NAME),
        ("xm", "姓名", NAMES[:3], Kind.PERSON_NAME),
        ("c1", "c1", [f"u{number}@xm.gov.cn" for number in range(9)], Kind.EMAIL),
        ("c1", "c1", [f"闽D{number}" for number in range(10000, 10009)], Kind.PLATE),
        ("c1", "c1", [f"厦门市思明区湖滨南路{number}号" for number in range(9)], Kind.ADDRESS),
        ("c1", "c1", [f"厦门市第{word}贸易有限公司" for word in "一二三四五六"], Kind.ORGANISATION_NAME),
        ("c1", "c1", [f"10.0.0.{number}" for number in range(9)], Kind.IP),
        ("c1", "c1", [f"00:1A:2B:3C:4D:{number:02X}" for number in range(9)], Kind.MAC),
        ("lat", "纬度", [24.4 + number / 100 for number in range(9)], Kind.COORDINATE),
        ("c1", "c1", [f"118.0{number}1,24.4{number}2" for number in range(9)], Kind.COORDINATE),
        ("dob", "出生日期", [date(1990, 1, day) for day in range(1, 9)], Kind.BIRTH_DATE),
        ("csrq", "出生日期", [f"1990010{day}" for day in range(1, 9)], Kind.BIRTH_DATE),
        ("fax", "传真", ["0592-5301234", "0592-5301235"], Kind.LANDLINE),
        ("hz", "护照号", ["141234567", "151234567"], Kind.PASSPORT),
        ("yhkh", "银行卡号", ["6222021001116245702"], Kind.BANK_CARD),
    ],
)
def test_a_column_is_known_by_its_values_or_its_words(name: str, title: str, values: list[object], kind: Kind) -> None:
    found = classify(name, title, values)
    assert found.kind is kind
    assert found.confidence > 0.6


@pytest.mark.parametrize(
    ("name", "title", "values"),
    [
        ("district", "区", ["思明区", "湖里区", "集美区", "海沧区", "同安区", "翔安区"]),
        ("gender", "性别", ["男", "女"]),
        ("industry", "行业", ["农、林、牧、渔业", "采矿业", "制造业", "建筑业", "教育", "房地产业", "金融业"]),
        ("road", "道路", ["湖滨南路", "莲前西路", "厦禾路", "嘉禾路", "环岛东路", "仙岳路"]),
        ("capital", "注册资本", [13_000_000_000 + number * 50_000 for number in range(8)]),
        ("income", "月收入", [6800.12, 5321.5, 12000.0]),
        ("ratio", "占比", [0.12345678901234567, 0.62220210011162457, 3.4111111111111111]),
        ("reg_date", "成立日期", [date(2020, 1, day) for day in range(1, 9)]),
        ("zip", "邮编", ["361000", "361001", "361009"]),
        ("flag", "是否有手机号归属地", [True, False]),
        ("code", "代码", ["350203", "350205"]),
        ("empty", "空列", [None, "", "  "]),
    ],
)
def test_ordinary_columns_are_taken_for_no_identifier(name: str, title: str, values: list[object]) -> None:
    assert classify(name, title, values) == Recognition(None, 0.0, 0.0, ())


@pytest.mark.parametrize(
    ("name", "title", "kind"),
    [
        ("a", "身份证号", Kind.RESIDENT_ID),
        ("a", "统一社会信用代码", Kind.USCC),
        ("a", "姓名", Kind.PERSON_NAME),
        ("a", "手机号", Kind.MOBILE),
        ("homeAddress", "a", Kind.ADDRESS),
        ("legal_idcard", "法定代表人身份证号码（脱敏）", Kind.RESIDENT_ID),
        ("lxdh2", "联系电话2", Kind.MOBILE),
        ("a", "电子邮件地址", Kind.EMAIL),
    ],
)
def test_a_column_called_like_an_identifier_is_one_even_when_its_values_fail(name: str, title: str, kind: Kind) -> None:
    failing = classify(name, title, ["x1", "x2", "x3", "x4", "x5", "x6"])
    empty = classify(name, title, [])
    assert (failing.kind, empty.kind) == (kind, kind)
    assert failing.confidence <= 0.6
    assert failing.share == 0


def test_check_digits_make_the_same_column_surer() -> None:
    bad = [number[:-1] + ("0" if number[-1] != "0" else "1") for number in IDS]
    assert classify("a", "身份证号", IDS).confidence > 0.95
    assert classify("a", "身份证号", bad).confidence <= 0.6


def test_values_that_are_checked_speak_louder_than_a_wrong_title() -> None:
    assert classify("a", "姓名", IDS).kind is Kind.RESIDENT_ID


def test_documents_of_several_kinds_in_one_column_are_named_after_the_most_frequent() -> None:
    mixed = [*IDS[:6], "E12345678", "E12345679", "C12345678", "无"]
    found = classify("zjhm", "证件号码", mixed)
    assert found.kind is Kind.RESIDENT_ID
    assert Evidence("value.passport", 2, 10) in found.evidence


def test_one_identifier_among_much_text_is_not_missed() -> None:
    remarks = [f"已回访，市民表示满意，编号{number}" for number in range(200)] + ["来电13812345678要求回复"]
    found = classify("remark", "备注", remarks)
    assert found.kind is Kind.FREE_TEXT
    assert found.mentions == {Kind.MOBILE}
    assert found.evidence == (Evidence("mentioned.mobile", 1, 201),)


def test_one_sentence_that_looks_like_a_name_among_many_is_chance() -> None:
    remarks = [f"已回访，市民表示满意，编号{number}" for number in range(200)] + ["请王主任协调"]
    assert classify("remark", "备注", remarks).kind is None


def test_evidence_holds_counts_and_names_of_rules_and_never_a_value() -> None:
    found = classify("a", "证件", [*IDS, *NAMES, "来电13812345678"])
    told = repr(found)
    assert not any(value in told for value in (*IDS, *NAMES, "13812345678"))


def test_only_identifiers_are_what_a_catalog_s_column_says_it_holds() -> None:
    assert classify("lat", "纬度", [24.4]).identifier is None
    assert classify("a", "手机号", MOBILES).identifier is Kind.MOBILE


def test_numbers_are_read_as_they_would_stand_in_a_file() -> None:
    assert [written(value) for value in (13800138000.0, 5, 2.5, None, True, b"x", " a ")] == [
        "13800138000", "5", "2.5", "", "", "", "a"
    ]  # fmt: skip


def test_the_bike_data_holds_coordinates_and_nobody(shared: Path) -> None:
    folder = shared / "data/xiamen_bike_dcic2021"
    rows = pq.read_table(folder / "bike_lock_close_0709.parquet").slice(0, 5000)
    found = {name: classify(name, name, list(dict.fromkeys(rows[name].to_pylist()))) for name in rows.column_names}
    assert {name: one.kind for name, one in found.items() if one.kind} == {
        "LATITUDE": Kind.COORDINATE,
        "LONGITUDE": Kind.COORDINATE,
    }
