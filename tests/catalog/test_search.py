"""What a person looks for in Chinese is found, the likeliest first, and nothing where nothing is meant."""

import pytest

from catalog.attributes import Attributes
from catalog.model import Column, ColumnType, Resource
from catalog.search import ranked, synonyms, terms
from tests.catalog.factories import a_resource


def titled(name: str, title: str, *columns: str, tags: tuple[str, ...] = (), abstract: str = "") -> Resource:
    return a_resource(
        name,
        *(Column(f"c{place}", column, ColumnType.TEXT) for place, column in enumerate(columns)),
        title=title,
        provider="市大数据中心",
        abstract=abstract,
        attributes=Attributes(tags=tags, subject="综合"),
    )


RESOURCES = (
    titled("person", "常住人口", "身份证号", "区", "年龄", "月收入（元）", abstract="合成数据"),
    titled("enterprise", "企业登记", "统一社会信用代码", "注册资本（万元）", "成立日期", "行业", tags=("市场主体",)),
    titled("annual", "企业年度报告", "营业收入（万元）", "纳税总额（万元）", "从业人数"),
    titled("ride", "共享单车早高峰关锁", "单车编号", "关锁日期", tags=("出行",)),
    titled("fence", "共享单车电子围栏", "围栏编号", "道路"),
    titled("street", "街道和镇", "代码", "名称", "区"),
)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("人口", "person"),
        ("居民", "person"),
        ("各区居民的月收入情况", "person"),
        ("工资", "person"),
        ("公司注册资金", "enterprise"),
        ("市场主体", "enterprise"),
        ("公司 税收", "annual"),
        ("企业就业人数", "annual"),
        ("自行车", "ride"),
        ("自行车停车点", "fence"),
        ("单车 围栏", "fence"),
        ("ENTERPRISE", "enterprise"),
        ("ｐｅｒｓｏｎ", "person"),
        ("镇", "street"),
    ],
)
def test_it_finds_what_a_person_means(asked: str, first: str) -> None:
    assert [resource.name for resource in ranked(RESOURCES, asked)][:1] == [first]


@pytest.mark.parametrize("asked", ["地铁", "医院床位", "企业 地铁", "zzz"])
def test_what_nobody_has_is_not_found(asked: str) -> None:
    assert ranked(RESOURCES, asked) == ()


@pytest.mark.parametrize("asked", ["", "  ", "的", "，。"])
def test_without_words_everything_comes_in_its_order(asked: str) -> None:
    assert ranked(RESOURCES, asked) == RESOURCES


def test_a_name_of_several_words_is_found_by_each() -> None:
    assert set(terms("enterprise_annual")) == {"enterprise_annual", "enterprise", "annual"}


def test_every_group_of_synonyms_holds_two_and_no_word_stands_in_two_groups() -> None:
    every = [word for group in synonyms() for word in group]
    assert all(len(group) > 1 for group in synonyms())
    assert len(every) == len(set(every))
