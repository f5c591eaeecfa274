"""A query from its text to its answer: the allowed path, the refused ones, and what goes on record of each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from logs.model import Role
from masking.techniques import PADS, Pseudonym, apply, key_for, pads
from policies.denials import NotAParty, NotPermitted
from policies.errors import NoSuch
from sandbox.disclosure.protect import band
from sandbox.disclosure.rules import DisclosureRules
from sandbox.errors import NotAnswered, NotLawful, QueryFailed, ResultDamaged
from sandbox.execution import Limits
from sandbox.failures import Failure
from sandbox.queries import check_query, expire_answers, list_queries, read_answer, see_query
from sandbox.query import QueryId, QueryState
from sandbox.running import Jobs
from tests.sandbox.service.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    NOON,
    OPERATOR,
    REVIEWER,
    RIVAL,
    SECRET,
    SYSTEM,
    House,
    Ids,
)

BY_DISTRICT = "SELECT district, count(*) AS n, avg(income) AS mean FROM person GROUP BY district ORDER BY district"
Q1, Q2 = QueryId("q1"), QueryId("q2")


@pytest.mark.article("M 4", "allowed")
def test_a_lawful_query_is_answered_with_a_safe_statistic(house: House, jobs: Jobs, event: Ids) -> None:
    query = jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    table = read_answer(house.domain, Q1, format="json", event=event(), by=DEVELOPER, at=NOON)
    assert query.state is QueryState.ANSWERED
    assert table.column_names == ["district", "n", "mean"]
    assert table["district"].to_pylist() == ["思明区", "湖里区"]
    assert all(abs(n - 198) <= 5 for n in table["n"].to_pylist())


def test_a_small_cell_is_hidden_and_how_many_are_is_told_in_bands(house: House, jobs: Jobs) -> None:
    query = jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    assert query.told is not None
    assert query.told.rows == 2
    assert query.told.hidden_cells == band(1, DisclosureRules(), "en")
    assert any("隐藏" in remark["zh"] for remark in query.told.remarks)
    assert all(remark["en"] for remark in query.told.remarks)


def test_the_free_stage_never_gets_a_protected_snapshot(house: House, jobs: Jobs) -> None:
    counted = "SELECT district, count(*) AS n FROM person GROUP BY 1"
    sql = f"SELECT district, n, (SELECT max(size) FROM fence) AS size FROM ({counted})"
    query = jobs.run(id=Q1, agreement="agreement-1", sql=sql, by=DEVELOPER, at=NOON, patience=30)
    assert query.state is QueryState.ANSWERED
    measured, free = house.executor.given
    assert measured[0] == {"person"}
    assert free[0] == {"fence"}
    assert free[1] == {"r0", PADS}


@pytest.mark.article("M 13", "allowed")
def test_a_masked_column_shows_through_its_technique_and_its_key_stands_in_no_text(house: House, jobs: Jobs) -> None:
    sql = "SELECT road, phone, keeper FROM fence WHERE phone LIKE '138%' ORDER BY road"
    query = jobs.run(id=Q1, agreement="agreement-1", sql=sql, by=DEVELOPER, at=NOON, patience=30)
    assert query.state is QueryState.ANSWERED
    answered = house.domain.results.open(Q1).table.to_pylist()
    key = key_for(SECRET, "agreement/agreement-1")
    for number, row in enumerate(answered):
        keeper = apply(Pseudonym("uscc", 18), f"91350200{number // 2}", key=key)
        assert row == {"road": f"r{number}", "phone": "138********", "keeper": keeper}
    told = repr([event.facts for event in house.events()])
    assert "fence.phone=masked" in told
    assert not [pad for pad in pads(key) if pad.hex() in told]


@pytest.mark.article("M 13", "refused")
def test_no_condition_sees_what_a_masked_column_holds(house: House, jobs: Jobs) -> None:
    sql = "SELECT count(*) AS n FROM fence WHERE phone LIKE '%00001' OR keeper LIKE '91350200%'"
    query = jobs.run(id=Q1, agreement="agreement-1", sql=sql, by=DEVELOPER, at=NOON, patience=30)
    assert query.state is QueryState.ANSWERED
    assert house.domain.results.open(Q1).table.to_pylist() == [{"n": 0}]


@pytest.mark.article("M 7", "allowed")
def test_an_answered_query_leaves_a_start_and_an_end_on_record(house: House, jobs: Jobs, event: Ids) -> None:
    house.clock.pass_by(seconds=0.07)
    jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    read_answer(house.domain, Q1, format="csv", event=event(), by=COLLEAGUE, at=NOON)
    started, run, viewed = house.events()
    assert [started.kind, run.kind, viewed.kind] == ["query.started", "query.run", "query.viewed"]
    assert run.by == DEVELOPER
    assert run.subject == "query:q1"
    assert run.facts["sql"] == BY_DISTRICT
    assert run.facts["snapshots"] == ("person=digest-of-person",)
    assert "person.income=aggregate" in run.facts["uses"]
    assert "person.income" in run.facts["columns"]
    assert run.facts["hidden_cells"] == band(1, DisclosureRules(), "en")
    assert run.facts["disclosure_rules"] == f"{DisclosureRules().version}={DisclosureRules().digest}"
    assert run.facts["milliseconds"] == 100
    assert run.facts["scenario"] == "mobility"
    assert len(str(run.facts["annex"])) == len(str(run.facts["digest"])) == 64
    assert viewed.by == COLLEAGUE
    assert viewed.facts["format"] == "csv"


def test_no_figure_of_an_answer_reaches_the_record(house: House, jobs: Jobs) -> None:
    jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    text = str([event.facts for event in house.events()])
    assert "思明区" not in text
    assert "5199" not in text


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("SELECT * FROM person", "raw-rows"),
        ("SELECT * FROM read_csv('/etc/passwd')", None),
        ("DELETE FROM person", None),
        ("SELECT 1; SELECT 2", None),
        ("SELECT * FROM enterprise", None),
    ],
)
def test_an_unlawful_query_is_refused_with_reasons_and_the_rules_go_on_record(
    house: House, jobs: Jobs, sql: str, rule: str | None
) -> None:
    with pytest.raises(NotLawful) as refused:
        jobs.run(id=Q1, agreement="agreement-1", sql=sql, by=DEVELOPER, at=NOON)
    (told,) = house.events()
    assert told.kind == "query.refused"
    assert set(told.facts["reasons"]) == {reason.rule for reason in refused.value.reasons}  # type: ignore[arg-type]
    if rule is not None:
        assert rule in told.facts["reasons"]  # type: ignore[operator]
    assert house.executor.ran == []
    kept = see_query(house.domain, Q1, by=DEVELOPER)
    assert kept.state is QueryState.REFUSED
    assert isinstance(kept.refusal, NotLawful)
    assert kept.refusal.reasons == refused.value.reasons


def test_a_query_under_an_agreement_of_others_or_none_is_not_even_received(house: House, jobs: Jobs) -> None:
    for agreement, by in (("agreement-2", DEVELOPER), ("agreement-1", RIVAL)):
        with pytest.raises(NoSuch):
            jobs.run(id=Q1, agreement=agreement, sql=BY_DISTRICT, by=by, at=NOON)
    assert house.events() == []
    with pytest.raises(NoSuch):
        see_query(house.domain, Q1, by=DEVELOPER)


def test_a_role_that_may_not_query_is_refused(house: House, jobs: Jobs) -> None:
    house.permissions.denied.add((Role.DEVELOPER, "run", "query"))
    with pytest.raises(NotPermitted):
        jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON)


def test_checking_gives_the_verdict_without_running(house: House, event: Ids) -> None:
    lawful = check_query(
        house.domain, id=Q1, agreement="agreement-1", sql=BY_DISTRICT, event=event(), by=DEVELOPER, at=NOON
    )
    with pytest.raises(NotLawful):
        check_query(house.domain, id=Q2, agreement="agreement-1", sql="SELECT *", event=event(), by=DEVELOPER, at=NOON)
    assert len(lawful.plan.releases) == 1
    assert house.executor.ran == []
    allowed, refused = house.events("query.checked")
    assert "reasons" not in allowed.facts
    assert refused.facts["reasons"]
    with pytest.raises(NoSuch):
        see_query(house.domain, Q1, by=DEVELOPER)


def test_an_engine_failure_ends_the_query_and_says_its_kind_and_stage(house: House, jobs: Jobs, event: Ids) -> None:
    sql = "SELECT road, 1 // (size::INT - size::INT) AS x FROM fence"
    query = jobs.run(id=Q1, agreement="agreement-1", sql=sql, by=DEVELOPER, at=NOON, patience=30)
    assert query.state is QueryState.FAILED
    assert isinstance(query.refusal, QueryFailed)
    assert query.refusal.failure is Failure.DIVISION_BY_ZERO
    (failed,) = house.events("query.failed")
    assert failed.facts["error"] == "division-by-zero"
    assert failed.facts["place"] == "free-stage"
    with pytest.raises(NotAnswered) as none:
        read_answer(house.domain, Q1, format="json", event=event(), by=DEVELOPER, at=NOON)
    assert none.value.remedy("zh")


def test_an_answer_beyond_the_limits_fails_as_too_large(house: House) -> None:
    jobs = Jobs(replace(house.domain, limits=Limits(rows=2)))
    query = jobs.run(id=Q1, agreement="agreement-1", sql="SELECT road FROM fence", by=DEVELOPER, at=NOON, patience=30)
    jobs.close(by=SYSTEM, at=NOON)
    assert query.failure is Failure.TOO_LARGE


def test_others_see_neither_query_nor_answer_and_supervisors_see_the_query_alone(
    house: House, jobs: Jobs, event: Ids
) -> None:
    jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    for stranger in (RIVAL, REVIEWER):
        with pytest.raises(NoSuch):
            see_query(house.domain, Q1, by=stranger)
        with pytest.raises(NoSuch):
            read_answer(house.domain, Q1, format="json", event=event(), by=stranger, at=NOON)
    for supervisor in (OPERATOR, BUREAU):
        assert see_query(house.domain, Q1, by=supervisor).sql == BY_DISTRICT
        with pytest.raises(NotAParty):
            read_answer(house.domain, Q1, format="json", event=event(), by=supervisor, at=NOON)
    assert see_query(house.domain, Q1, by=COLLEAGUE).state is QueryState.ANSWERED


def test_one_lists_what_one_may_see_the_newest_first(house: House, jobs: Jobs) -> None:
    for number, id in enumerate((Q1, Q2)):
        at = NOON + timedelta(minutes=number)
        jobs.run(id=id, agreement="agreement-1", sql="SELECT road FROM fence", by=DEVELOPER, at=at, patience=30)
    assert [query.id for query in list_queries(house.domain, before=None, limit=9, by=DEVELOPER)] == [Q2, Q1]
    later = NOON + timedelta(minutes=1)
    assert [query.id for query in list_queries(house.domain, before=later, limit=9, by=COLLEAGUE)] == [Q1]
    assert [query.id for query in list_queries(house.domain, before=None, limit=1, by=BUREAU)] == [Q2]
    assert list_queries(house.domain, before=None, limit=9, by=RIVAL) == []


def test_an_answer_is_deleted_when_its_time_is_over(house: House, jobs: Jobs, event: Ids) -> None:
    jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    later = NOON + house.domain.keep
    assert expire_answers(house.domain, by=SYSTEM, at=later - timedelta(seconds=1)) == 0
    assert expire_answers(house.domain, by=SYSTEM, at=later) == 1
    assert expire_answers(house.domain, by=SYSTEM, at=later) == 0
    assert list((house.folder / "results").iterdir()) == []
    assert [expired.by for expired in house.events("query.expired")] == [SYSTEM]
    with pytest.raises(NotAnswered):
        read_answer(house.domain, Q1, format="json", event=event(), by=DEVELOPER, at=later)


def test_a_damaged_answer_is_an_error_and_not_a_wrong_table(house: House, jobs: Jobs, event: Ids) -> None:
    jobs.run(id=Q1, agreement="agreement-1", sql=BY_DISTRICT, by=DEVELOPER, at=NOON, patience=30)
    stored = house.folder / "results" / "q1.arrow"
    content = bytearray(stored.read_bytes())
    content[-20] ^= 1
    stored.write_bytes(bytes(content))
    with pytest.raises(ResultDamaged):
        read_answer(house.domain, Q1, format="json", event=event(), by=DEVELOPER, at=NOON)
    assert house.events("query.viewed") == []
