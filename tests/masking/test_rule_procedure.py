"""Rule documents on their way: drafted, approved by the bureau, in force, superseded; kept on real databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product

import pytest
import yaml
from sqlalchemy import Connection, Engine, select

from logs.adapters.database import Inbox, inbox, metadata
from logs.canonical import read
from logs.model import Role
from masking import service
from masking.adapters.database import RuleTable
from masking.editions import MOVERS, RULE_MOVES, RuleEdition, RuleId, RuleMove, RuleState
from masking.errors import NoRuleInForce, RuleChanged, RuleMoveImpossible, RuleNotTheirs, RuleUnknown
from masking.rules import DEFAULT, default_document
from tests.masking.factories import NOON, an_actor, later

TEXT = DEFAULT.read_text(encoding="utf-8")
OPERATOR, BUREAU = an_actor(Role.OPERATOR), an_actor(Role.BUREAU)


@dataclass
class Work:
    """A unit of work that reaches the rules."""

    rules: RuleTable


@pytest.fixture
def begin(engine: Engine) -> service.Begin:
    """Transactions on an empty database, SQLite and PostgreSQL in turn."""
    metadata.create_all(engine)

    @contextmanager
    def open() -> Iterator[Work]:
        with engine.begin() as connection:
            yield _work(connection)

    return open


def _work(connection: Connection) -> Work:
    return Work(RuleTable(connection, Inbox(connection)))


def next_edition() -> str:
    """The default document's text under another edition."""
    said = yaml.safe_load(TEXT)
    said["edition"] = "2026.2"
    return yaml.safe_dump(said, allow_unicode=True)


def drafted() -> RuleEdition:
    """A document just put up."""
    return RuleEdition.draft(default_document(), by=OPERATOR, at=NOON)


def in_state(state: RuleState) -> RuleEdition:
    """A document in that state."""
    return replace(drafted(), state=state)


def make(edition: RuleEdition, move: RuleMove, role: Role) -> RuleEdition:
    """The move made by somebody in that role."""
    by = an_actor(role)
    match move:
        case RuleMove.APPROVE:
            return edition.approve(by=by, at=later(1))
        case RuleMove.TAKE_EFFECT:
            return edition.take_effect(by=by, at=later(1))
        case RuleMove.SUPERSEDE:
            return edition.supersede(by=by, at=later(1))


@pytest.mark.parametrize(("state", "move"), list(product(RuleState, RuleMove)))
def test_each_move_starts_only_from_the_states_the_table_says(state: RuleState, move: RuleMove) -> None:
    target = RULE_MOVES.get((state, move))
    if target is None:
        with pytest.raises(RuleMoveImpossible) as refused:
            make(in_state(state), move, Role.BUREAU)
        assert refused.value.detail("zh") != refused.value.detail("en")
    else:
        assert make(in_state(state), move, Role.BUREAU).state is target


@pytest.mark.parametrize(("move", "role"), list(product(RuleMove, Role)))
@pytest.mark.article("M 13", "refused")
def test_each_move_is_made_only_by_the_parties_the_law_names(move: RuleMove, role: Role) -> None:
    start = next(state for state, other in RULE_MOVES if other is move)
    if role in MOVERS[move]:
        assert make(in_state(start), move, role).state is RULE_MOVES[start, move]
    else:
        with pytest.raises(RuleNotTheirs):
            make(in_state(start), move, role)


@pytest.mark.parametrize("role", [Role.BUREAU, Role.DEVELOPER, Role.REVIEWER])
def test_only_the_operator_and_the_information_center_draft(role: Role) -> None:
    with pytest.raises(RuleNotTheirs):
        RuleEdition.draft(default_document(), by=an_actor(role), at=NOON)


@pytest.mark.article("M 13", "allowed")
def test_rules_take_effect_only_after_the_bureau_approved_them(begin: service.Begin) -> None:
    # given
    edition = service.draft(begin, TEXT, by=OPERATOR, at=NOON)
    # when it is put in force unapproved, it is refused
    with pytest.raises(RuleMoveImpossible):
        service.put_in_force(begin, edition.id, by=OPERATOR, at=later(1))
    with pytest.raises(NoRuleInForce):
        service.in_force(begin)
    # then, approved, it takes effect
    service.approve(begin, edition.id, reason="符合规定", by=BUREAU, at=later(2))
    service.put_in_force(begin, edition.id, by=OPERATOR, at=later(3))
    found = service.in_force(begin)
    assert found.document == default_document()
    assert (found.approved and found.approved.by, found.reason) == (BUREAU.id, "符合规定")
    assert found.effective is not None
    assert found.effective.at == later(3)


def test_a_new_edition_supersedes_the_one_in_force(begin: service.Begin) -> None:
    for text, hour in ((TEXT, 0), (next_edition(), 10)):
        edition = service.draft(begin, text, by=OPERATOR, at=later(hour))
        service.approve(begin, edition.id, by=BUREAU, at=later(hour + 1))
        service.put_in_force(begin, edition.id, by=BUREAU, at=later(hour + 2))
    with begin() as work:
        states = {edition.document.edition: edition.state for edition in work.rules.all()}
    assert states == {"2026.1": RuleState.SUPERSEDED, "2026.2": RuleState.IN_FORCE}


def test_two_documents_cannot_both_be_in_force(begin: service.Begin) -> None:
    first = service.draft(begin, TEXT, by=OPERATOR, at=NOON)
    second = service.draft(begin, next_edition(), by=OPERATOR, at=NOON)
    for edition in (first, second):
        service.approve(begin, edition.id, by=BUREAU, at=later(1))
    service.put_in_force(begin, first.id, by=BUREAU, at=later(2))
    with pytest.raises(RuleChanged), begin() as work:
        work.rules.save(work.rules.get(second.id).take_effect(by=BUREAU, at=later(2)))


def test_every_step_is_an_event_with_the_document_s_digest_and_nothing_else(
    begin: service.Begin, engine: Engine
) -> None:
    edition = service.draft(begin, TEXT, by=OPERATOR, at=NOON)
    service.approve(begin, edition.id, reason="符合规定", by=BUREAU, at=later(1))
    service.put_in_force(begin, edition.id, by=OPERATOR, at=later(2))
    with engine.connect() as connection:
        events = [read(text) for text in connection.scalars(select(inbox.c.text).order_by(inbox.c.position))]
    assert [event.kind for event in events] == ["rule.drafted", "rule.approved", "rule.in_force"]
    assert {event.subject for event in events} == {f"rule:{edition.id}"}
    assert {event.facts["digest"] for event in events} == {default_document().digest}
    assert events[1].facts["reason"] == "符合规定"


def test_a_refused_move_leaves_no_trace(begin: service.Begin, engine: Engine) -> None:
    edition = service.draft(begin, TEXT, by=OPERATOR, at=NOON)
    with pytest.raises(RuleNotTheirs):
        service.approve(begin, edition.id, by=OPERATOR, at=later(1))
    with engine.connect() as connection:
        assert len(connection.execute(select(inbox.c.id)).all()) == 1


def test_the_same_edition_cannot_be_drafted_twice(begin: service.Begin) -> None:
    service.draft(begin, TEXT, by=OPERATOR, at=NOON)
    with pytest.raises(RuleChanged):
        service.draft(begin, TEXT, by=OPERATOR, at=later(1))


def test_the_slower_of_two_changes_is_refused(begin: service.Begin) -> None:
    edition = service.draft(begin, TEXT, by=OPERATOR, at=NOON)
    with begin() as work:
        read_early = work.rules.get(edition.id)
    service.approve(begin, edition.id, by=BUREAU, at=later(1))
    with pytest.raises(RuleChanged), begin() as work:
        work.rules.save(read_early.approve(by=BUREAU, at=later(1)))


def test_a_document_that_is_not_there_is_unknown(begin: service.Begin) -> None:
    with pytest.raises(RuleUnknown) as refused:
        service.approve(begin, RuleId("none"), by=BUREAU, at=NOON)
    assert "none" in refused.value.detail("zh")
