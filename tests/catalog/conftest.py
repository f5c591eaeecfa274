"""A small municipal data set, taken in once for all tests that only read it."""

from pathlib import Path

import pytest

from catalog.arrival import Arrival, Supply
from catalog.municipal import Generated, municipal
from tests.catalog.factories import arrive

PEOPLE = 4_000


@pytest.fixture(scope="session")
def generated() -> dict[str, Generated]:
    """The generated resources by name."""
    return {each.declared.name: each for each in municipal(people_count=PEOPLE)}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the municipal snapshots lie."""
    return tmp_path_factory.mktemp("municipal")


@pytest.fixture(scope="session")
def arrivals(home: Path, generated: dict[str, Generated]) -> dict[str, Arrival]:
    """The municipal resources as they arrived, by name."""
    taken = arrive(home, *(Supply(each.declared, each.cells) for each in generated.values()))
    return {arrival.resource.name: arrival for arrival in taken}
