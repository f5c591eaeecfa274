"""Sample data shows nobody: no identifier that is real, no value that fewer than ten share, no row that is real."""

from collections import Counter
from pathlib import Path

import pytest

from catalog.adapters.marginals import sample
from catalog.arrival import Arrival
from catalog.model import Column, ColumnType
from catalog.placeholders import placeholder
from catalog.sample import LEAST_UNITS, Manner, Marginal, Origin, Sample, coarse, manner, synthetic
from masking import certificates
from masking.model import IDENTIFIERS
from tests.catalog.factories import AMOUNT, DIMENSION, a_resource, placed, rows

MANY = 400


@pytest.fixture(scope="module")
def samples(home: Path, arrivals: dict[str, Arrival]) -> dict[str, Sample]:
    """Long samples of all municipal resources."""
    return {
        name: sample(placed(home, arrival), arrival.resource, seed=7, rows=MANY) for name, arrival in arrivals.items()
    }


PROTECTED = ("person", "enterprise", "enterprise_annual")


@pytest.mark.parametrize("name", PROTECTED)
def test_no_sampled_identifier_stands_in_the_data(
    home: Path, arrivals: dict[str, Arrival], samples: dict[str, Sample], name: str
) -> None:
    resource = arrivals[name].resource
    identifiers = [place for place, column in enumerate(resource.columns) if column.kind]
    assert identifiers
    for place in identifiers:
        real = {value for (value,) in rows(home, arrivals[name], f'"{resource.columns[place].name}"')}
        assert real.isdisjoint({row[place] for row in samples[name].rows} - {None})


@pytest.mark.parametrize("name", PROTECTED)
def test_no_dimension_shows_a_value_that_fewer_than_ten_units_share(
    home: Path, arrivals: dict[str, Arrival], samples: dict[str, Sample], name: str
) -> None:
    resource = arrivals[name].resource
    rare = 0
    for place, column in enumerate(resource.columns):
        if manner(column) is Manner.DIMENSION:
            pairs = set(rows(home, arrivals[name], f'"{column.name}", "{resource.privacy_unit}"'))
            units = Counter(value for value, _ in pairs)
            rare += sum(count < LEAST_UNITS for count in units.values())
            shown = {row[place] for row in samples[name].rows} - {None}
            assert shown
            assert all(units[value] >= LEAST_UNITS for value in shown)
    assert rare or name == "enterprise_annual"


@pytest.mark.parametrize("name", PROTECTED)
def test_no_sampled_row_is_a_real_one(
    home: Path, arrivals: dict[str, Arrival], samples: dict[str, Sample], name: str
) -> None:
    names = ", ".join(f'"{column.name}"' for column in arrivals[name].resource.columns)
    assert set(rows(home, arrivals[name], names)).isdisjoint(samples[name].rows)
    assert samples[name].origin is Origin.SYNTHETIC


@pytest.mark.parametrize("name", PROTECTED)
def test_a_sample_carries_its_reidentification_report(
    home: Path, arrivals: dict[str, Arrival], samples: dict[str, Sample], name: str
) -> None:
    resource, found = arrivals[name].resource, samples[name]
    report = found.report
    assert report is not None
    assert report.anonymity.rows == len(found.rows)
    places = [[column.name for column in resource.columns].index(column) for column in report.quasi]
    dated = {place for place in places if resource.columns[place].type is ColumnType.DATE}

    def said(row: tuple[object, ...], place: int) -> str:
        value = row[place]
        return f"{str(value)[:7]}" if place in dated and value is not None else str(value)

    drawn = Counter(tuple(said(row, place) for place in places) for row in found.rows)
    assert report.anonymity.k == min(drawn.values())
    assert report.anonymity.uniques == list(drawn.values()).count(1)
    names = ", ".join(f'"{column.name}"' for column in resource.columns)
    unit = [column.name for column in resource.columns].index(resource.privacy_unit or "")
    units: dict[tuple[str, ...], set[object]] = {}
    for row in rows(home, arrivals[name], names):
        units.setdefault(tuple(said(row, place) for place in places), set()).add(row[unit])
    assert report.matching == sum(count for key, count in drawn.items() if key in units)
    assert report.matching_few == sum(count for key, count in drawn.items() if 0 < len(units.get(key, ())) < 10)


def test_an_open_sample_needs_no_report(samples: dict[str, Sample]) -> None:
    assert samples["xiamen_district"].report is None


def test_figures_lie_within_their_bounds_and_have_two_digits(
    arrivals: dict[str, Arrival], samples: dict[str, Sample]
) -> None:
    place = [column.name for column in arrivals["person"].resource.columns].index("income")
    shown = [row[place] for row in samples["person"].rows if row[place] is not None]
    assert len(set(shown)) > 20
    assert all(isinstance(value, float) and 0 <= value <= 50_000 and value == coarse(value) for value in shown)


def test_dates_are_months(samples: dict[str, Sample]) -> None:
    assert all(str(row[5]).endswith("-01") for row in samples["enterprise"].rows)


def test_joins_written_on_samples_find_something(samples: dict[str, Sample]) -> None:
    register = {row[0] for row in samples["enterprise"].rows}
    employers = {row[8] for row in samples["person"].rows} - {None}
    assert employers
    assert employers <= register


def test_an_open_table_shows_its_rows(home: Path, arrivals: dict[str, Arrival], samples: dict[str, Sample]) -> None:
    assert samples["xiamen_district"].origin is Origin.OPEN
    assert list(samples["xiamen_district"].rows) == rows(home, arrivals["xiamen_district"])


def test_the_same_seed_gives_the_same_sample_of_twenty_rows(home: Path, arrivals: dict[str, Arrival]) -> None:
    person = arrivals["person"]
    first, again, other = (sample(placed(home, person), person.resource, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first.rows) == 20


def test_where_no_value_may_be_shown_cells_are_empty() -> None:
    resource = a_resource(
        "visit",
        Column("id_card", "身份证号", ColumnType.TEXT, DIMENSION, "resident_id"),
        Column("ward", "病区", ColumnType.TEXT, DIMENSION),
        Column("cost", "费用", ColumnType.DOUBLE, AMOUNT),
        Column("day", "日期", ColumnType.DATE, DIMENSION),
        Column("note", "备注", ColumnType.TEXT),
    )
    (row,) = synthetic(resource, {"ward": Marginal(), "cost": Marginal()}, seed=1, rows=1).rows
    assert row == ("35029919000101001X", None, None, None, "示例1")


def test_placeholders_look_right_and_are_numbered() -> None:
    assert certificates.resident_id(str(placeholder("resident_id", 20_000)))
    assert certificates.uscc(str(placeholder("uscc", 1_000)))
    for kind in (*sorted(IDENTIFIERS), "bicycle_id", None):
        numbered = [placeholder(kind, number) for number in range(200)]
        assert len(set(numbered)) == 200
    assert len({placeholder(None, number, whole=True) for number in range(9)}) == 9
