"""What is left unsaid is inferred, shown, and never guessed at somebody's cost."""

from pathlib import Path

import pytest

from catalog.arrival import Arrival
from catalog.errors import UnitUnknown
from catalog.inference import find_types, find_unit, rounded_out
from catalog.model import ColumnType, Use
from catalog.profile import ColumnProfile, Spread, TableProfile
from masking.model import Kind, Recognition
from tests.catalog.factories import AMOUNT, DIMENSION, JOIN, arrive_file, csv_file, declared, said

ROWS = 100
PERSON_LINES = [
    f"11010519491231{n:03d}x,{name},思明区,{20 + n % 40},{3000 + n * 37}.5,这里写了第 {n} 段不同的话"
    for n, name in zip(range(100), ["陈伟", "林芳", "王强", "李娜"] * 25, strict=True)
]


def seen(name: str, *, distinct: int = ROWS, kind: Kind | None = None, whole: bool = False) -> ColumnProfile:
    """A column of a hundred filled cells."""
    fits = {ColumnType.INTEGER: ROWS, ColumnType.DOUBLE: ROWS} if whole else {}
    return ColumnProfile(name, ROWS, distinct, fits=fits, recognition=Recognition(kind, 1.0, 1.0, ()))


def unit_of(*columns: ColumnProfile, **changes: object) -> str | None:
    """The privacy unit found where nothing, or what the test says, is declared."""
    table = TableProfile(ROWS, columns)
    resource = declared(**changes)
    return find_unit(resource, table, find_types(resource, table))


@pytest.mark.article("S 10", "allowed")
def test_the_unit_is_a_persons_id_before_an_enterprises_code() -> None:
    assert unit_of(seen("uscc", kind=Kind.USCC), seen("sfz", distinct=90, kind=Kind.RESIDENT_ID)) == "sfz"
    assert unit_of(seen("uscc", kind=Kind.USCC), seen("n")) == "uscc"


def test_the_unit_is_else_the_one_column_that_is_unique_or_the_one_that_is_called_an_id() -> None:
    assert unit_of(seen("bicycle"), seen("road", distinct=7)) == "bicycle"
    assert unit_of(seen("bicycle_id"), seen("when", whole=True)) == "bicycle_id"


@pytest.mark.parametrize("columns", [(seen("road", distinct=7),), (seen("one"), seen("other"))])
@pytest.mark.article("S 10", "refused")
def test_a_unit_that_cannot_be_told_is_asked_for_and_not_guessed(columns: tuple[ColumnProfile, ...]) -> None:
    with pytest.raises(UnitUnknown) as refused:
        unit_of(*columns)
    assert "privacy_unit = false" in refused.value.remedy("zh")


def test_what_is_declared_wins_over_what_is_seen() -> None:
    columns = (seen("id_card", kind=Kind.RESIDENT_ID), seen("code"))
    assert unit_of(*columns, privacy_unit="CODE") == "code"
    assert unit_of(*columns, privacy_unit=False) is None


def test_a_declared_bound_or_aggregate_makes_a_number_of_text() -> None:
    some = {ColumnType.INTEGER: ROWS - 1, ColumnType.DOUBLE: ROWS - 1}
    table = TableProfile(ROWS, (ColumnProfile("a", ROWS, 5, fits=some), ColumnProfile("b", ROWS, 5, fits=some)))
    assert find_types(declared(), table) == {"a": ColumnType.TEXT, "b": ColumnType.TEXT}
    asked = declared(columns=(said("a", bounds=(0, 1)), said("b", uses=AMOUNT)))
    assert find_types(asked, table) == {"a": ColumnType.INTEGER, "b": ColumnType.INTEGER}


@pytest.fixture(scope="module")
def inferred(tmp_path_factory: pytest.TempPathFactory) -> Arrival:
    """A file of which nothing at all was said."""
    folder = tmp_path_factory.mktemp("inferred")
    return arrive_file(folder, csv_file(folder, "id_card,name,district,age,income,remark", *PERSON_LINES), declared())


def test_uses_are_the_least_that_makes_a_column_useful(inferred: Arrival) -> None:
    uses = {column.name: column.uses for column in inferred.resource.columns}
    assert uses == {
        "id_card": JOIN,
        "name": frozenset(),
        "district": DIMENSION,
        "age": DIMENSION | {Use.AGGREGATE},
        "income": AMOUNT,
        "remark": frozenset(),
    }


def test_an_id_number_is_known_by_its_name_though_its_check_digits_are_wrong(inferred: Arrival) -> None:
    assert inferred.resource.privacy_unit == "id_card"
    assert inferred.resource.column("id_card").kind == "resident_id"


def test_bounds_are_rounded_out_and_only_given_where_something_is_added_up(inferred: Arrival) -> None:
    bounds = {column.name: column.bounds for column in inferred.resource.columns}
    assert bounds["age"] is not None
    assert bounds["income"] is not None
    assert 3000 < bounds["income"][1] <= 6700
    assert [name for name, bound in bounds.items() if bound] == ["age", "income"]


def test_everything_inferred_is_said_in_both_languages(inferred: Arrival) -> None:
    told = {note.column: note for note in inferred.notes if note.column != "id_card"}
    assert "提供单位 未注明" in told[None].zh
    assert "类型 整数" in told["age"].zh
    assert "用途 分组、聚合、过滤" in told["age"].zh
    assert "bounds [" in told["income"].en
    unit = [note.zh for note in inferred.notes if note.column == "id_card"]
    assert any("隐私单元推断为 id_card" in note for note in unit)
    assert all(note.zh and note.en for note in inferred.notes)


def test_nothing_is_noted_where_everything_was_said(arrivals: dict[str, Arrival]) -> None:
    about = [note for note in arrivals["person"].notes if "关联" not in note.zh]
    assert about == []


def test_an_open_table_with_people_in_it_grants_nothing_on_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "name,phone,road", "陈伟,13800138000,湖滨南路", "林芳,13800138001,厦禾路")
    arrival = arrive_file(tmp_path, path, declared(privacy_unit=False))
    uses = {column.name: column.uses for column in arrival.resource.columns}
    assert uses["name"] == uses["phone"] == frozenset()
    assert Use.SHOW in uses["road"]


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [(1.0, 99.2, (0.0, 100.0)), (18.0, 65.0, (18.0, 65.0)), (-5.5, 5.5, (-5.5, 5.5)), (3.0, 3.0, (3.0, 6.0))],
)
def test_bounds_have_two_digits(low: float, high: float, bounds: tuple[float, float]) -> None:
    assert rounded_out(Spread(low, high)) == bounds
