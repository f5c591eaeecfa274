"""`dataset.toml`: what it may say, and how it is told what is wrong with it."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from catalog.attributes import Attributes, Condition, Opening, Sharing
from catalog.errors import ManifestUnreadable, ManifestWrong
from catalog.manifest import draft, parse
from catalog.model import ColumnType, Derived, Link, Part, Use
from logs.errors import Refusal
from tests.catalog.factories import a_resource

LEAST = '[[resource]]\nname = "a"\nfile = "a.csv"\n'


def test_the_example_reads_with_every_key_it_shows(shared: Path) -> None:
    person, enterprise = parse((shared / "dataset.example.toml").read_text(encoding="utf-8"))
    assert (person.name, person.title, person.provider) == ("person", "常住人口", "市公安局")
    assert (person.file, person.privacy_unit) == ("person.csv", "id_card")
    assert person.column("age").uses == {Use.GROUP, Use.FILTER, Use.AGGREGATE}
    assert person.column("age").bounds == (0.0, 100.0)
    assert person.column("name").uses == frozenset()
    assert enterprise.column("capital").bounds == (0.0, 5_000_000.0)


def test_what_is_left_out_is_not_said() -> None:
    (resource,) = parse(LEAST)
    assert (resource.title, resource.provider, resource.privacy_unit, resource.links) == (None, None, None, None)
    assert resource.column("anything").uses is None


@pytest.mark.parametrize("written", ["false", '""'])
@pytest.mark.article("S 22", "allowed")
def test_an_open_table_is_declared_by_an_empty_unit_or_false(written: str) -> None:
    (resource,) = parse(f"{LEAST}privacy_unit = {written}\n")
    assert resource.privacy_unit is False


def test_types_links_and_derived_columns_can_be_declared() -> None:
    (resource,) = parse(
        LEAST
        + 'links = [{ column = "c", resource = "b", target = "k" }]\n[resource.columns]\n'
        + 'c = { type = "text", title_en = "C" }\nd = { from = "t", part = "hour" }\n'
    )
    assert resource.links == (Link("c", "b", "k"),)
    assert resource.column("c").type is ColumnType.TEXT
    assert resource.column("d").derived == Derived("t", Part.HOUR)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[[resourc]]\nname = "a"', "dataset.toml"),
        ("", "dataset.toml"),
        ('[[resource]]\nfile = "a.csv"', "resource[0]"),
        ('[[resource]]\nname = "a"', "a"),
        ('[[resource]]\nname = "a b"\nfile = "a.csv"', "resource[0].name"),
        (LEAST + 'colour = "red"', "a"),
        (LEAST + "title = 3", "a.title"),
        (LEAST + "privacy_unit = 3", "a.privacy_unit"),
        (LEAST + "synthetic = 1", "a.synthetic"),
        (LEAST + 'columns = "x"', "a.columns"),
        (LEAST + "columns.x = 3", "a.columns.x"),
        (LEAST + 'columns.x = { us = ["join"] }', "a.columns.x"),
        (LEAST + 'columns.x = { uses = ["joins"] }', "a.columns.x.uses"),
        (LEAST + 'columns.x = { uses = "join" }', "a.columns.x.uses"),
        (LEAST + "columns.x = { bounds = [3, 1] }", "a.columns.x.bounds"),
        (LEAST + "columns.x = { bounds = [1] }", "a.columns.x.bounds"),
        (LEAST + 'columns.x = { type = "money" }', "a.columns.x.type"),
        (LEAST + 'columns.x = { from = "t", part = "minute" }', "a.columns.x"),
        (LEAST + 'links = [{ column = "x" }]', "a.links[0]"),
        (LEAST + "links = 3", "a.links"),
        (LEAST + LEAST.replace('"a"', '"A"'), "resource.name"),
        (LEAST + "columns.x = {}\ncolumns.X = {}", "a.columns.name"),
    ],
)
@pytest.mark.article("M 8", "refused")
def test_what_has_no_meaning_is_refused_by_its_place(text: str, place: str) -> None:
    with pytest.raises(ManifestWrong) as refused:
        parse(text)
    assert refused.value.where == place
    assert place in refused.value.remedy("zh")


def test_what_is_not_toml_is_refused_with_line_and_column() -> None:
    with pytest.raises(ManifestUnreadable, match=r"line 2, column \d+"):
        parse("[[resource]]\nname = a\n")


def test_the_refusal_of_an_unknown_use_lists_those_there_are() -> None:
    with pytest.raises(Refusal) as refused:
        parse(LEAST + 'columns.x = { uses = ["look"] }')
    assert "aggregate, filter, group, join, masked, show" in refused.value.detail("en")


def test_a_drafted_manifest_reads_back() -> None:
    (read,) = parse(draft([("visit.csv", a_resource())]))
    assert (read.name, read.file, read.privacy_unit) == ("visit", "visit.csv", "id_card")
    assert read.column("district").uses == {Use.GROUP, Use.FILTER}


def test_a_unit_that_could_not_be_told_is_left_for_a_person_to_fill_in() -> None:
    text = draft([("visit.csv", a_resource())], unsure=frozenset({"visit"}))
    assert tomllib.loads(text)["resource"][0]["privacy_unit"] == "?"
    assert "false" in text


ATTRIBUTES = """
[resource.attributes]
code = "350200-GA-0001"
subject = "社会民生"
tags = ["人口", "就业"]
sharing = "conditional"
sharing_basis = "用于履行法定职责"
opening = "on_application"
opening_conditions = ["technical", "scenario"]
covers = [2020-12-21, 2020-12-25]
authorised = false
"""


@pytest.mark.article("S 6", "allowed")
@pytest.mark.article("S 22", "allowed")
def test_the_attributes_of_a_catalog_entry_can_be_declared() -> None:
    (resource,) = parse(LEAST + ATTRIBUTES)
    assert resource.attributes == Attributes(
        code="350200-GA-0001",
        subject="社会民生",
        tags=("人口", "就业"),
        sharing=Sharing.CONDITIONAL,
        sharing_basis="用于履行法定职责",
        opening=Opening.ON_APPLICATION,
        opening_conditions=frozenset({Condition.SCENARIO, Condition.TECHNICAL}),
        covers=(date(2020, 12, 21), date(2020, 12, 25)),
        authorised=False,
    )


@pytest.mark.article("S 6", "refused")
@pytest.mark.article("S 22", "refused")
@pytest.mark.parametrize(
    ("said", "place"),
    [
        ('attributes = "open"', "a.attributes"),
        ("attributes = { colour = 1 }", "a.attributes"),
        ('attributes = { sharing = "perhaps" }', "a.attributes.sharing"),
        ('attributes = { sharing = "conditional" }', "a.attributes.sharing_basis"),
        ('attributes = { sharing = "not_yet" }', "a.attributes.sharing_basis"),
        ('attributes = { opening_conditions = ["scenario"] }', "a.attributes.opening_conditions"),
        (
            'attributes = { opening = "on_application", opening_conditions = ["money"] }',
            "a.attributes.opening_conditions",
        ),
        ('privacy_unit = "id"\nattributes = { opening = "open" }', "a.attributes.opening"),
        ("attributes = { covers = [2020-12-25, 2020-12-21] }", "a.attributes.covers"),
        ("attributes = { tags = [1] }", "a.attributes.tags"),
        ('attributes = { authorised = "yes" }', "a.attributes.authorised"),
    ],
)
def test_attributes_that_the_sharing_measure_does_not_know_are_refused(said: str, place: str) -> None:
    with pytest.raises(ManifestWrong) as refused:
        parse(f"{LEAST}{said}\n")
    assert refused.value.where == place
