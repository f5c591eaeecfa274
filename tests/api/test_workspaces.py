"""The workspace over REST: made by a query, listed, deleted; and who may not."""

from collections.abc import Iterator

import pytest

from logs.model import Role
from tests.api.conftest import Played

MEANS = "CREATE TABLE ws.means AS SELECT district, round(avg(income)) AS mean FROM person GROUP BY district"


@pytest.fixture
def place(played: Played) -> Iterator[str]:
    yield f"/agreements/{played.agreement}/workspace"
    for table in played.call("GET", f"/agreements/{played.agreement}/workspace", Role.DEVELOPER).json()["tables"]:
        played.call("DELETE", f"/agreements/{played.agreement}/workspace/{table['name']}", Role.DEVELOPER)


def test_a_table_is_made_read_listed_and_deleted(played: Played, place: str) -> None:
    made = played.ask(MEANS)
    assert made.status_code == 200
    assert made.json()["rows"][0][:3] == ["ws.means", "keep", "released"]
    assert len(played.ask("SELECT * FROM ws.means").json()["rows"]) == made.json()["rows"][0][3]

    told = played.call("GET", place, Role.OPERATOR).json()
    (table,) = told["tables"]
    assert (table["name"], table["columns"], table["definition"]) == ("ws.means", ["district", "mean"], MEANS)
    assert told["bytes"] == table["bytes"] > 0
    assert told["most_tables"] == 20

    gone = played.call("DELETE", f"{place}/means", Role.DEVELOPER)
    assert (gone.status_code, gone.json()["state"]) == (200, "deleted")
    assert played.call("GET", place, Role.DEVELOPER).json()["tables"] == []
    assert played.call("DELETE", f"{place}/means", Role.DEVELOPER).status_code == 404
    assert played.ask("SELECT * FROM ws.means").status_code == 422


def test_a_protected_table_is_told_without_rows_and_read_within_its_protection(played: Played, place: str) -> None:
    made = played.ask("CREATE TABLE ws.adults AS SELECT id_card, district, income FROM person WHERE age >= 18")
    assert made.json()["rows"] == [["ws.adults", "keep", "protected", None]]
    (table,) = played.call("GET", place, Role.DEVELOPER).json()["tables"]
    assert (table["rows"], table["bytes"], table["protection"]) == (None, 0, "protected")
    refused = played.ask("SELECT * FROM ws.adults")
    assert (refused.status_code, refused.json()["reasons"][0]["rule"]) == (422, "raw-rows")
    assert played.ask("SELECT district, count(*) AS n FROM ws.adults GROUP BY district").status_code == 200


def test_a_workspace_is_shown_to_its_sides_and_to_those_who_oversee_and_changed_by_its_side(
    played: Played, place: str
) -> None:
    played.ask(MEANS)
    for role in (Role.BUREAU, Role.REGULATOR, Role.OPERATOR, Role.DEVELOPER):
        assert played.call("GET", place, role).status_code == 200
    assert played.call("GET", place, Role.PROVIDER).status_code == 403
    assert played.call("GET", "/agreements/none/workspace", Role.DEVELOPER).status_code == 404
    refused = played.call("DELETE", f"{place}/means", Role.OPERATOR)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-permitted")


def test_a_table_that_another_rests_on_is_told_to_stay(played: Played, place: str) -> None:
    played.ask(MEANS)
    played.ask("CREATE TABLE ws.above AS SELECT * FROM ws.means WHERE mean > 1")
    refused = played.call("DELETE", f"{place}/means", Role.DEVELOPER, **{"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/workspace-table-needed")
    assert "ws.above" in refused.json()["detail"]
    assert played.call("DELETE", f"{place}/above", Role.DEVELOPER).status_code == 200
