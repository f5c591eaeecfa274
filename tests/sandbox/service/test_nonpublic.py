"""Non-public data (Article 14): the rule, a file's way into the domain and out of it, and what is refused."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from masking.editions import RuleState
from masking.errors import RulesUnreadable
from masking.recognise import classify
from policies.denials import NotPermitted, SelfApproval
from policies.errors import ConcurrentChange, MaterialFlawed, MoveNotAllowed, NoSuch
from sandbox.adapters.scan_main import scan
from sandbox.errors import NotLawful
from sandbox.nonpublic.editions import AccessRuleId
from sandbox.nonpublic.errors import FileBeyondRule, FileTaken, NoAccessRule
from sandbox.nonpublic.file import Declaration, FileId, FileState, OwnFile
from sandbox.nonpublic.rule import DEFAULT, AccessRule, Right, access_rule, default_rule
from sandbox.nonpublic.service import (
    Read,
    accept_file,
    approve_rule,
    bring_file,
    clear_files,
    close_files,
    draft_rule,
    put_rule_in_force,
    reject_file,
    see_files,
    see_rules,
    see_waiting,
    withdraw_file,
)
from sandbox.query import QueryId, QueryState
from sandbox.running import Jobs
from tests.sandbox.service.factories import BUREAU, DEVELOPER, NOON, OPERATOR, RIVAL, SYSTEM, House, Ids, Terms

AGREEMENT = "agreement-1"
RULE = AccessRuleId("non-public-access.2026.1")
STORES = "district,rent,phone\n思明区,12.5,13812345678\n湖里区,8.25,13912345679\n湖里区,9.5,13712345670\n"
JOINED = (
    "SELECT s.district, count(*) AS n FROM person AS p JOIN own.stores AS s ON p.district = s.district"
    " WHERE s.rent < 10 GROUP BY s.district"
)


class Desk:
    """A developer with files, an operator who decides."""

    def __init__(self, house: House, jobs: Jobs, folder: Path, event: Ids) -> None:
        self.house, self.jobs, self.folder, self.event = house, jobs, folder, event
        self.stopped: list[tuple[str, str]] = []

    def rule(self, text: str | None = None) -> None:
        draft_rule(self.house.domain, text or DEFAULT.read_text("utf-8"), by=OPERATOR, at=NOON)
        approve_rule(self.house.domain, RULE, reason="", by=BUREAU, at=NOON)
        put_rule_in_force(self.house.domain, RULE, by=OPERATOR, at=NOON)

    @contextmanager
    def scan(self, file: Path, rule: AccessRule) -> Iterator[Read]:
        room = self.folder / f"room-{self.event()}"
        room.mkdir()
        found = scan(file, room, withheld=rule.withheld_kinds, recognise=classify)
        yield Read(found, room / "own.duckdb")

    def bring(self, text: str = STORES, name: str = "stores", form: str = "csv", **said: Any) -> OwnFile:
        file = self.folder / f"brought.{form}"
        file.write_text(text, encoding="utf-8")
        declared = {"title": "门店", "source": "本公司经营数据", "right": Right.OWN, "evidence": "营业执照"} | said
        at = {"agreement": said.pop("agreement", AGREEMENT), "by": DEVELOPER, "at": NOON}
        declared.pop("agreement", None)
        id = FileId(f"f{self.event()}")
        return bring_file(self.house.domain, self.scan, file, id=id, declared=Declaration(name, **declared), **at)

    def accept(self, name: str = "own.stores", agreement: str = AGREEMENT) -> OwnFile:
        return accept_file(self.house.domain, agreement, name, reason="", by=OPERATOR, at=NOON)

    def withdraw(self, name: str = "own.stores", by: Any = DEVELOPER) -> OwnFile:
        def stop(agreement: str, name: str) -> None:
            self.stopped.append((agreement, name))

        return withdraw_file(self.house.domain, AGREEMENT, name, reason="不再需要", stop=stop, by=by, at=NOON)

    def ask(self, sql: str, agreement: str = AGREEMENT) -> QueryState:
        id = QueryId(f"q{self.event()}")
        return self.jobs.run(id=id, agreement=agreement, sql=sql, by=DEVELOPER, at=NOON, patience=60).state

    def refused(self, sql: str, agreement: str = AGREEMENT) -> list[str]:
        with pytest.raises(NotLawful) as refused:
            self.ask(sql, agreement)
        return [reason.rule for reason in refused.value.reasons]

    def files(self) -> list[Path]:
        return list((self.house.folder / "kept").glob("*.duckdb"))


@pytest.fixture
def desk(house: House, jobs: Jobs, tmp_path: Path, event: Ids) -> Desk:
    return Desk(house, jobs, tmp_path, event)


def without(place: str) -> str:
    rule = json.loads(default_rule().canonical())
    del rule[place]
    return json.dumps(rule)


def changed(**places: object) -> str:
    return json.dumps(json.loads(default_rule().canonical()) | places)


@pytest.mark.article("M 14", "allowed")
def test_a_file_is_brought_in_held_accepted_and_queried_by_its_own_agreement_alone(desk: Desk) -> None:
    desk.rule()
    desk.house.agreements.found["agreement-2"] = Terms()
    brought = desk.bring()
    assert (brought.state, brought.name, brought.rule) == (FileState.QUARANTINED, "own.stores", RULE)
    assert desk.refused("SELECT * FROM own.stores") == ["unknown-relation"]
    assert [file.name for file in see_waiting(desk.house.domain, by=OPERATOR)] == ["own.stores"]

    assert desk.accept().state is FileState.ACCEPTED
    assert desk.ask("SELECT district, rent FROM own.stores WHERE rent > 9") is QueryState.ANSWERED
    assert desk.ask(JOINED) is QueryState.ANSWERED
    assert desk.refused("SELECT * FROM own.stores", "agreement-2") == ["unknown-relation"]
    assert see_waiting(desk.house.domain, by=OPERATOR) == []
    (read,) = desk.house.events("query.run")[-1:]
    assert f"own.stores={brought.scanned.digest}" in read.facts["snapshots"]  # type: ignore[operator]


def test_identifiers_that_the_scan_recognises_do_not_come_to_lie_on_the_platform(desk: Desk) -> None:
    desk.rule()
    brought = desk.bring()
    found = {column.name: (column.kind, column.withheld) for column in brought.scanned.columns}
    assert found == {"district": (None, False), "rent": (None, False), "phone": ("mobile", True)}
    with duckdb.connect(str(desk.house.domain.shelf.path(brought.id)), read_only=True) as engine:
        assert [name for name, *_ in engine.execute("DESCRIBE rows").fetchall()] == ["district", "rent"]
    assert b"13812345678" not in desk.house.domain.shelf.path(brought.id).read_bytes()
    desk.accept()
    assert desk.refused("SELECT phone FROM own.stores") == ["unknown-column"]


def test_what_was_brought_is_on_record_by_names_and_counts(desk: Desk) -> None:
    desk.rule()
    brought = desk.bring()
    desk.accept()
    held, accepted = desk.house.events("file.brought", "file.accepted")
    assert held.facts["source"] == "本公司经营数据"
    assert (held.facts["right"], held.facts["rule"], held.facts["rows"]) == ("own", RULE, 3)
    assert held.facts["recognised"] == ("phone=mobile",)
    assert held.facts["digest"] == brought.scanned.digest == accepted.facts["digest"]
    assert (held.by, accepted.by) == (DEVELOPER, OPERATOR)
    assert "思明区" not in str(held.facts)


@pytest.mark.article("M 14", "refused")
def test_without_a_rule_that_the_bureau_approved_nothing_comes_in(desk: Desk) -> None:
    with pytest.raises(NoAccessRule):
        desk.bring()
    draft_rule(desk.house.domain, DEFAULT.read_text("utf-8"), by=OPERATOR, at=NOON)
    with pytest.raises(NoAccessRule):
        desk.bring()
    with pytest.raises(MoveNotAllowed):
        put_rule_in_force(desk.house.domain, RULE, by=OPERATOR, at=NOON)
    with pytest.raises(SelfApproval):
        approve_rule(
            desk.house.domain, RULE, reason="", by=replace(BUREAU, organisation=OPERATOR.organisation), at=NOON
        )
    approve_rule(desk.house.domain, RULE, reason="同意", by=BUREAU, at=NOON)
    with pytest.raises(NoAccessRule):
        desk.bring()
    put_rule_in_force(desk.house.domain, RULE, by=OPERATOR, at=NOON)
    assert desk.bring().state is FileState.QUARANTINED


def test_a_rule_in_force_is_superseded_by_the_next(desk: Desk) -> None:
    desk.rule()
    draft_rule(desk.house.domain, changed(edition="2026.2"), by=OPERATOR, at=NOON)
    approve_rule(desk.house.domain, AccessRuleId("non-public-access.2026.2"), reason="", by=BUREAU, at=NOON)
    put_rule_in_force(desk.house.domain, AccessRuleId("non-public-access.2026.2"), by=OPERATOR, at=NOON)
    states = {each.id: each.state for each in see_rules(desk.house.domain, by=DEVELOPER)}
    assert states == {RULE: RuleState.SUPERSEDED, "non-public-access.2026.2": RuleState.IN_FORCE}
    with pytest.raises(ConcurrentChange):
        draft_rule(desk.house.domain, changed(edition="2026.2"), by=OPERATOR, at=NOON)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[]", {"-"}),
        ("a: [", {"-"}),
        (changed(more=1), {"more"}),
        (changed(name="Name!"), {"name"}),
        (changed(title="x"), {"title"}),
        (changed(formats=["exe"]), {"formats"}),
        (changed(rights=[]), {"rights"}),
        (changed(withheld_kinds=["mobile"]), {"withheld_kinds"}),
        (changed(most={"bytes": 0, "rows": True}), {"most.bytes", "most.rows", "most.columns", "most.files"}),
        (without("basis"), {"basis"}),
    ],
)
def test_a_rule_that_is_none_or_goes_too_far_is_refused_by_every_flaw(text: str, places: set[str]) -> None:
    with pytest.raises(RulesUnreadable) as refused:
        access_rule(text)
    assert {flaw.place for flaw in refused.value.flaws} == places


def test_a_rule_reads_back_what_it_says() -> None:
    assert access_rule(default_rule().canonical()) == default_rule()


@pytest.mark.parametrize(
    ("most", "brought", "place"),
    [
        ({"bytes": 20}, {}, "bytes"),
        ({"rows": 2}, {}, "rows"),
        ({"columns": 2}, {}, "columns"),
        ({}, {"form": "xlsx"}, "format"),
        ({}, {"right": Right.CONSENTED}, "right"),
        ({}, {"text": "phone\n13812345678\n13912345679\n"}, "columns"),
        ({}, {"text": "district,id350203\n思明区,1\n湖里区,2\n"}, "header"),
    ],
)
def test_a_file_beyond_the_rule_is_refused_by_place_and_leaves_nothing(
    desk: Desk, most: dict[str, int], brought: dict[str, Any], place: str
) -> None:
    limits = dict(default_rule().most) | most
    desk.rule(changed(most=limits, rights=["own"]))
    with pytest.raises(FileBeyondRule) as refused:
        desk.bring(**brought)
    assert place in {flaw.place for flaw in refused.value.flaws}
    assert desk.files() == []
    assert see_files(desk.house.domain, AGREEMENT, by=DEVELOPER) == []


def test_an_agreement_has_so_many_files_and_each_name_once(desk: Desk) -> None:
    desk.rule(changed(most=dict(default_rule().most) | {"files": 2}))
    desk.bring()
    with pytest.raises(FileTaken):
        desk.bring()
    desk.bring(name="more")
    with pytest.raises(FileBeyondRule):
        desk.bring(name="most")
    desk.withdraw()
    assert desk.bring().state is FileState.QUARANTINED


@pytest.mark.parametrize("said", ["title", "source", "evidence"])
def test_a_file_of_which_nothing_is_declared_is_refused(desk: Desk, said: str) -> None:
    desk.rule()
    with pytest.raises(MaterialFlawed):
        desk.bring(**{said: " "})
    assert desk.files() == []


def test_a_rejected_file_is_deleted_and_its_reasons_are_on_record(desk: Desk) -> None:
    desk.rule()
    desk.bring()
    turn_away: Callable[..., OwnFile] = reject_file
    with pytest.raises(MaterialFlawed):
        turn_away(desk.house.domain, AGREEMENT, "own.stores", reasons=("",), by=OPERATOR, at=NOON)
    rejected = turn_away(desk.house.domain, AGREEMENT, "own.stores", reasons=("来源不明",), by=OPERATOR, at=NOON)
    assert (rejected.state, desk.files()) == (FileState.REJECTED, [])
    assert desk.house.events("file.rejected")[0].facts["reasons"] == ("来源不明",)
    with pytest.raises(NoSuch):
        desk.accept()


def test_nobody_decides_on_what_their_organisation_brought(desk: Desk) -> None:
    desk.rule()
    desk.bring()
    own = replace(OPERATOR, organisation=DEVELOPER.organisation)
    with pytest.raises(SelfApproval):
        accept_file(desk.house.domain, AGREEMENT, "own.stores", reason="", by=own, at=NOON)
    assert [told.facts["verb"] for told in desk.house.events("access.denied")] == ["accept"]
    desk.house.permissions.denied.add((DEVELOPER.role, "accept", "own_file"))
    with pytest.raises(NotPermitted):
        accept_file(desk.house.domain, AGREEMENT, "own.stores", reason="", by=DEVELOPER, at=NOON)


def test_a_withdrawn_file_is_gone_and_what_rests_on_it_closes(desk: Desk) -> None:
    desk.rule()
    desk.bring()
    desk.accept()
    assert desk.ask("CREATE TABLE ws.dear AS SELECT * FROM own.stores WHERE rent > 9") is QueryState.ANSWERED
    with pytest.raises(NoSuch):
        desk.withdraw(by=RIVAL)
    assert desk.withdraw().state is FileState.WITHDRAWN
    assert desk.stopped == [(AGREEMENT, "own.stores")]
    assert desk.refused("SELECT * FROM own.stores") == ["unknown-relation"]
    assert desk.refused("SELECT * FROM ws.dear") == ["workspace-lapsed"]
    assert [told.facts["reasons"] for told in desk.house.events("file.withdrawn")] == [("不再需要",)]


def test_files_end_with_their_agreement(desk: Desk) -> None:
    desk.rule()
    desk.bring()
    desk.bring(name="more")
    assert clear_files(desk.house.domain, by=SYSTEM, at=NOON) == 0
    over = replace(desk.house.domain, over=lambda agreement: True)
    assert clear_files(over, by=SYSTEM, at=NOON) == 2
    assert desk.files() == []
    assert {file.state for file in see_files(desk.house.domain, AGREEMENT, by=DEVELOPER)} == {FileState.DELETED}
    assert close_files(desk.house.domain, AGREEMENT, by=SYSTEM, at=NOON) == 0


def test_an_own_file_neither_multiplies_rows_unnoticed_nor_meets_identifiers(desk: Desk) -> None:
    desk.rule()
    many = "district,who\n" + "思明区,3502001\n" * 5000 + "湖里区,3502002\n"
    desk.bring(many)
    desk.accept()
    assert desk.refused("SELECT count(*) FROM person AS p, own.stores AS s") == ["join-multiplies"]
    by_id = "SELECT count(*) FROM person AS p JOIN own.stores AS s ON p.id_card = s.who"
    assert "use-join" in desk.refused(by_id)
    few = "SELECT count(*) AS n FROM person AS p JOIN own.stores AS s ON p.district = s.district WHERE p.income = 5042"
    assert desk.ask(few) is QueryState.ANSWERED
    assert desk.house.events("query.run")[-1].facts["hidden_figures"] != "0"
