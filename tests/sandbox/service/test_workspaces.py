"""A workspace from the first table to its end: what is kept, what is read, what goes, and what is on record of it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from logs.model import Event
from policies.annex import Annex
from policies.denials import NotPermitted
from policies.errors import NoSuch
from sandbox.budget import Account
from sandbox.errors import NotLawful, QueryFailed, TableNeeded, WorkspaceFull
from sandbox.failures import Failure, Killed
from sandbox.plan import Nature, Statement
from sandbox.queries import read_answer
from sandbox.query import Query, QueryId, QueryState
from sandbox.running import Jobs, stop_queries
from sandbox.stopping import end_table
from sandbox.workspace import Quota
from sandbox.workspaces import clear_workspaces, see_workspace
from tests.sandbox.service.factories import (
    ANNEX,
    DEVELOPER,
    NOON,
    OPERATOR,
    RIVAL,
    SYSTEM,
    House,
    Ids,
    Terms,
)

AGREEMENT = "agreement-1"
MEANS = "CREATE TABLE ws.means AS SELECT district, avg(income) AS mean, count(*) AS n FROM person GROUP BY district"
RICH = "CREATE TABLE ws.rich AS SELECT id_card, district, income FROM person WHERE income > 5100"
ROADS = "CREATE TABLE ws.roads AS SELECT road, size FROM fence WHERE road <> 'r0'"


@pytest.fixture
def ids() -> Iterator[QueryId]:
    return (QueryId(f"q{number}") for number in range(1, 1000))


class Desk:
    """A developer at work."""

    def __init__(self, house: House, jobs: Jobs, ids: Iterator[QueryId], event: Ids) -> None:
        self.house, self.jobs, self.ids, self.event = house, jobs, ids, event

    def send(self, sql: str, agreement: str = AGREEMENT) -> Query:
        return self.jobs.run(id=next(self.ids), agreement=agreement, sql=sql, by=DEVELOPER, at=NOON, patience=60)

    def ask(self, sql: str) -> pa.Table:
        query = self.send(sql)
        assert query.state is QueryState.ANSWERED, query.failure
        return read_answer(self.house.domain, query.id, format="json", event=self.event(), by=DEVELOPER, at=NOON)

    def names(self) -> list[str]:
        return [table.name for table in see_workspace(self.house.domain, AGREEMENT, by=DEVELOPER).tables]

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.house.folder / "kept").glob("*.duckdb"))

    def told(self, kind: str) -> list[Event]:
        return self.house.events(kind)


@pytest.fixture
def desk(house: House, jobs: Jobs, ids: Iterator[QueryId], event: Ids) -> Desk:
    return Desk(house, jobs, ids, event)


def test_a_released_table_is_kept_as_it_was_answered_and_read_without_asking_again(desk: Desk) -> None:
    answered = desk.ask(MEANS.partition(" AS ")[2])
    assert desk.ask(MEANS).to_pylist() == [{"table": "ws.means", "act": "keep", "protection": "released", "rows": 2}]
    ran = len(desk.house.executor.ran)
    assert desk.ask("SELECT * FROM ws.means ORDER BY n").to_pylist() == answered.sort_by("n").to_pylist()
    assert desk.house.executor.given[ran:] == [(frozenset({f"ws.{kept(desk).digest[:32]}"}), frozenset())]
    assert desk.told("query.run")[-1].facts["snapshots"] == (
        "person=digest-of-person",
        f"ws.means={kept(desk).digest}",
    )


def kept(desk: Desk, name: str = "ws.means"):  # type: ignore[no-untyped-def]
    tables = see_workspace(desk.house.domain, AGREEMENT, by=DEVELOPER).tables
    return next(table for table in tables if table.name == name)


def test_what_made_a_table_and_what_it_came_from_is_on_record(desk: Desk) -> None:
    desk.ask(MEANS)
    (made,) = desk.told("workspace.created")
    table = kept(desk)
    assert made.by == DEVELOPER
    assert made.facts["snapshots"] == ("person=digest-of-person",)
    assert made.facts["annex"] == ANNEX.digest == table.annex
    assert (made.facts["query"], made.facts["protection"], made.facts["rows"]) == (table.query, "released", 2)
    assert made.facts["digest"] == table.digest
    assert table.bytes == (desk.house.folder / "kept" / f"kept-{table.id}.duckdb").stat().st_size


def test_a_protected_table_holds_no_row_and_tells_nothing_that_depends_on_the_data(desk: Desk) -> None:
    before = len(desk.house.executor.ran)
    assert desk.ask(RICH).to_pylist() == [{"table": "ws.rich", "act": "keep", "protection": "protected", "rows": None}]
    none = desk.ask(RICH.replace("ws.rich", "ws.none").replace("5100", "1e9"))
    assert none.column("rows").to_pylist() == [None]
    assert desk.house.executor.ran[before:] == []
    assert desk.files() == []
    rich, empty = (kept(desk, name) for name in ("ws.rich", "ws.none"))
    assert (rich.rows, rich.bytes, rich.snapshots) == (empty.rows, empty.bytes, empty.snapshots) == (0, 0, ())


def test_a_protected_table_is_counted_like_the_query_it_stands_for(desk: Desk) -> None:
    written = desk.ask("SELECT district, count(*) AS n FROM person WHERE income > 5100 GROUP BY district ORDER BY 1")
    desk.ask(RICH)
    through = desk.ask("SELECT district, count(*) AS n FROM ws.rich GROUP BY district ORDER BY 1")
    assert through.to_pylist() == written.to_pylist()
    facts = desk.told("query.run")[-1].facts
    assert set(facts["resources"]) == {"person", "ws.rich"}  # type: ignore[arg-type]
    with pytest.raises(NotLawful):
        desk.send("SELECT district, income FROM ws.rich")


def test_a_table_that_singles_somebody_out_shows_nobody(desk: Desk) -> None:
    desk.ask("CREATE TABLE ws.one AS SELECT * FROM person WHERE income = 5042")
    assert desk.ask("SELECT count(*) AS n, sum(income) AS s FROM ws.one").to_pylist() == [{"n": None, "s": None}]
    desk.ask("CREATE TABLE ws.hidden AS SELECT district, count(*) AS n FROM ws.one GROUP BY district")
    assert desk.ask("SELECT * FROM ws.hidden").num_rows == 0


def test_rows_multiplied_in_a_table_count_each_unit_once(desk: Desk) -> None:
    desk.ask("CREATE TABLE ws.twice AS SELECT * FROM person UNION ALL SELECT * FROM person")
    few = "SELECT count(DISTINCT id_card) AS n FROM {} WHERE income BETWEEN 5006 AND 5012"
    assert desk.ask(few.format("person")).to_pylist() == [{"n": None}]
    assert desk.ask(few.format("ws.twice")).to_pylist() == [{"n": None}]
    rows = desk.ask("SELECT count(*) AS n FROM ws.twice WHERE income BETWEEN 5006 AND 5012").to_pylist()
    assert rows == [{"n": None}]


def test_cells_through_a_protected_table_are_charged_to_the_resource_behind_it(desk: Desk) -> None:
    desk.ask(RICH)
    with desk.house.domain.reading() as work:
        before = work.spending.spent(Account(AGREEMENT, "person"), "all")
    desk.ask("SELECT district, count(*) AS n FROM ws.rich GROUP BY district")
    with desk.house.domain.reading() as work:
        assert work.spending.spent(Account(AGREEMENT, "person"), "all") > before


def test_dropping_takes_the_file_away_with_the_record(desk: Desk) -> None:
    desk.ask(MEANS)
    table = kept(desk)
    assert desk.files() == [f"kept-{table.id}.duckdb"]
    assert desk.ask("DROP TABLE ws.means").to_pylist()[0]["act"] == "drop"
    assert (desk.names(), desk.files()) == ([], [])
    (gone,) = desk.told("workspace.deleted")
    assert (gone.facts["digest"], gone.facts["reason"]) == (table.digest, "dropped")
    with pytest.raises(NotLawful):
        desk.send("SELECT * FROM ws.means")


def test_deleting_by_name_stops_what_reads_it_and_is_the_sides_own(desk: Desk) -> None:
    desk.ask(ROADS)
    with pytest.raises(NoSuch):
        end_table(desk.house.domain, AGREEMENT, "ws.roads", by=RIVAL, at=NOON)
    desk.house.permissions.denied.add((OPERATOR.role, "delete", "workspace"))
    with pytest.raises(NotPermitted):
        end_table(desk.house.domain, AGREEMENT, "ws.roads", by=OPERATOR, at=NOON)

    def deleting(statement: Statement) -> None:
        desk.house.executor.before = lambda statement: None
        end_table(desk.house.domain, AGREEMENT, "ws.roads", by=DEVELOPER, at=NOON)

    desk.house.executor.before = deleting
    reading = desk.send("SELECT * FROM ws.roads")
    assert (reading.state, reading.killed, desk.names(), desk.files()) == (QueryState.KILLED, Killed.STOPPED, [], [])
    with pytest.raises(NoSuch):
        end_table(desk.house.domain, AGREEMENT, "ws.roads", by=DEVELOPER, at=NOON)


def test_a_stop_of_a_resource_halts_the_tables_that_came_from_it(desk: Desk) -> None:
    desk.ask(MEANS)
    desk.ask("CREATE TABLE ws.top AS SELECT * FROM ws.means WHERE n > 100")
    asked: list[frozenset[str]] = []

    def running(query: Query) -> None:
        asked.append(frozenset(dict(query.snapshots)))

    watched = Jobs(replace(desk.house.domain, require_running=running))
    watched.run(id=QueryId("watched"), agreement=AGREEMENT, sql="SELECT * FROM ws.top", by=DEVELOPER, at=NOON)
    watched.close(by=SYSTEM, at=NOON)
    assert asked[0] == {"person", "ws.means", "ws.top"}


def test_replacing_deletes_what_stood_there_and_names_say_so(desk: Desk) -> None:
    desk.ask(MEANS)
    first = kept(desk)
    with pytest.raises(NotLawful):
        desk.send(MEANS)
    desk.ask(MEANS.replace("CREATE", "CREATE OR REPLACE").replace("count(*) AS n", "count(*) + 1 AS n"))
    assert kept(desk).digest != first.digest
    assert [told.facts["reason"] for told in desk.told("workspace.deleted")] == ["replaced"]
    assert desk.files() == [f"kept-{kept(desk).id}.duckdb"]


def test_a_table_that_others_rest_on_stays(desk: Desk) -> None:
    desk.ask(MEANS)
    desk.ask("CREATE TABLE ws.top AS SELECT * FROM ws.means WHERE n > 100")
    with pytest.raises(TableNeeded) as needed:
        desk.send("DROP TABLE ws.means")
    assert needed.value.needing == ("ws.top",)
    with pytest.raises(TableNeeded):
        desk.send(MEANS.replace("CREATE", "CREATE OR REPLACE"))
    desk.ask("DROP TABLE ws.top")
    desk.ask("DROP TABLE ws.means")
    assert desk.names() == []


def test_another_agreement_knows_nothing_of_it(desk: Desk) -> None:
    desk.house.agreements.found["agreement-2"] = Terms()
    desk.ask(MEANS)
    with pytest.raises(NotLawful) as refused:
        desk.send("SELECT * FROM ws.means", agreement="agreement-2")
    assert [reason.rule for reason in refused.value.reasons] == ["unknown-relation"]
    assert see_workspace(desk.house.domain, "agreement-2", by=DEVELOPER).tables == ()
    assert desk.send(MEANS, agreement="agreement-2").state is QueryState.ANSWERED
    assert desk.names() == ["ws.means"]


def test_a_workspace_has_room_for_so_many_tables_and_bytes(house: House, ids: Iterator[QueryId], event: Ids) -> None:
    small = replace(house.domain, quota=Quota(tables=2, bytes=1 << 30))
    desk = Desk(house, Jobs(small), ids, event)
    desk.ask(ROADS)
    desk.ask(RICH)
    with pytest.raises(WorkspaceFull):
        desk.send(MEANS)
    desk.ask(ROADS.replace("CREATE", "CREATE OR REPLACE"))
    tight = Desk(
        house, Jobs(replace(house.domain, quota=Quota(tables=9, bytes=kept(desk, "ws.roads").bytes + 1))), ids, event
    )
    failed = tight.send(MEANS)
    assert (failed.state, failed.failure) == (QueryState.FAILED, Failure.WORKSPACE)
    assert desk.names() == ["ws.rich", "ws.roads"]
    assert len(desk.files()) == 1
    for each in (desk, tight):
        each.jobs.close(by=SYSTEM, at=NOON)


def test_a_query_that_was_ended_keeps_no_table(desk: Desk) -> None:
    def stopping(statement: Statement) -> None:
        with suppress(Exception):
            stop_queries(desk.house.domain, agreement=AGREEMENT, reason="stop", by=SYSTEM, at=NOON)

    desk.house.executor.before = stopping
    ended = desk.send(ROADS)
    assert (ended.state, ended.killed) == (QueryState.KILLED, Killed.STOPPED)
    assert (desk.names(), desk.files(), desk.told("workspace.created")) == ([], [], [])


def test_without_the_agreement_nothing_is_read_and_with_its_end_everything_goes(desk: Desk) -> None:
    desk.ask(MEANS)
    desk.ask(RICH)
    terms = desk.house.agreements.found.pop(AGREEMENT)
    with pytest.raises(NoSuch):
        desk.send("SELECT * FROM ws.means")
    assert clear_workspaces(desk.house.domain, by=SYSTEM, at=NOON) == 0
    assert desk.names() == ["ws.means", "ws.rich"]
    ended = replace(desk.house.domain, over=lambda agreement: agreement == AGREEMENT)
    assert clear_workspaces(ended, by=SYSTEM, at=NOON) == 2
    assert (desk.names(), desk.files()) == ([], [])
    assert {told.facts["reason"] for told in desk.told("workspace.deleted")} == {"agreement ended"}
    desk.house.agreements.found[AGREEMENT] = terms
    with pytest.raises(NotLawful):
        desk.send("SELECT * FROM ws.means")


def test_a_narrower_annex_closes_what_it_no_longer_allows_at_once(desk: Desk) -> None:
    desk.ask(MEANS)
    desk.ask(ROADS)
    without = Annex(tuple(grant for grant in ANNEX.grants if grant.resource != "person"))
    desk.house.agreements.found[AGREEMENT] = Terms(annex=without)
    with pytest.raises(NotLawful) as refused:
        desk.send("SELECT * FROM ws.means")
    assert [reason.rule for reason in refused.value.reasons] == ["workspace-lapsed"]
    assert desk.ask("SELECT road FROM ws.roads").num_rows == 2
    desk.ask("DROP TABLE ws.means")
    assert desk.names() == ["ws.roads"]


def test_the_file_of_a_table_is_a_snapshot_like_any_other(desk: Desk) -> None:
    desk.ask(ROADS)
    path = desk.house.domain.shelf.path(kept(desk, "ws.roads").id)
    with duckdb.connect(str(path), read_only=True) as engine:
        assert engine.execute("SELECT c0, c1 FROM rows ORDER BY c0").fetchall() == [("r1", 1.5), ("r2", 3.0)]
    assert path.stat().st_mode & 0o222 == 0


def test_two_that_make_one_name_at_once_leave_one_table(desk: Desk) -> None:
    def first(statement: Statement) -> None:
        desk.house.executor.before = lambda statement: None
        desk.send(ROADS)

    desk.house.executor.before = first
    second = desk.send(ROADS.replace("r0", "r1"))
    assert (second.state, second.failure) == (QueryState.FAILED, Failure.WORKSPACE)
    assert (desk.names(), len(desk.files())) == (["ws.roads"], 1)
    assert QueryFailed(Failure.WORKSPACE).remedy("en")


def test_natures_are_told_by_their_names() -> None:
    assert [nature.value for nature in Nature] == ["open", "released", "protected"]
