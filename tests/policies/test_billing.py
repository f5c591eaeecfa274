"""Billing: tiers to the fen, units counted from the log, statements issued, contested, settled."""

import hashlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.model import Actor, Event, EventId
from policies import service
from policies.billing import Meter, Month, Tariff, Tier, cost, lines
from policies.calendar import XIAMEN
from policies.denials import NotAParty, NotPermitted
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch, NotInForce
from policies.model import Agreement
from policies.model.statements import StatementState
from tests.policies.conftest import Office
from tests.policies.factories import DEVELOPER, LATER, OPERATOR, RIVAL

TIERS = (Tier(up_to=2, fen=100), Tier(up_to=5, fen=50), Tier(up_to=None, fen=10))
TARIFF = Tariff({Meter.CALL: TIERS, Meter.ROW: (Tier(up_to=None, fen=1),), Meter.MONTH: (Tier(up_to=None, fen=9),)})
NOVEMBER = Month(2026, 11)
DECEMBER = datetime(2026, 12, 1, tzinfo=XIAMEN)


def asked(number: int, agreement: str, *, at: datetime = LATER, rows: int = 3, kind: str = "query.run") -> Event:
    facts = {"agreement": agreement, "rows": rows}
    return Event(EventId(f"e{number}"), kind, at, DEVELOPER, f"query:{number}", facts)


@pytest.mark.parametrize(("units", "fen"), [(0, 0), (1, 100), (2, 200), (3, 250), (5, 350), (6, 360), (100, 1300)])
def test_each_unit_costs_what_its_tier_says(units: int, fen: int) -> None:
    assert cost(units, TIERS) == fen
    assert cost(units, ()) == 0


@given(st.integers(0, 40), st.integers(1, 9), st.integers(1, 9), st.lists(st.integers(0, 99), min_size=3, max_size=3))
def test_a_cost_is_the_sum_of_its_units_taken_one_by_one(units: int, first: int, more: int, fen: list[int]) -> None:
    tiers = tuple(Tier(up_to=end, fen=each) for end, each in zip((first, first + more, None), fen, strict=True))

    def each(unit: int) -> int:
        return next(tier.fen for tier in tiers if tier.up_to is None or unit <= tier.up_to)

    assert cost(units, tiers) == sum(each(unit) for unit in range(1, units + 1))


@pytest.mark.parametrize(
    "tiers",
    [(), (Tier(up_to=5, fen=1),), (Tier(up_to=5, fen=1), Tier(up_to=5, fen=1), Tier(up_to=None, fen=1)),
     (Tier(up_to=None, fen=1), Tier(up_to=None, fen=1)), (Tier(up_to=None, fen=-1),)],
)  # fmt: skip
def test_tiers_that_do_not_ascend_to_an_open_end_are_refused(tiers: tuple[Tier, ...]) -> None:
    (flaw,) = Tariff({Meter.CALL: tiers}).flaws()
    assert flaw.place == "tariff.call"
    assert TARIFF.flaws() == ()


def test_only_the_agreements_own_events_are_counted_and_named_by_a_digest() -> None:
    events = [asked(1, "g1"), asked(2, "g1", rows=4), asked(3, "g2"), asked(4, "g1", kind="query.failed")]
    counted = {line.meter: line for line in lines(events, agreement="g1", tariff=TARIFF, months=1)}
    assert {meter: line.units for meter, line in counted.items()} == {"call": 2, "product": 0, "month": 1, "row": 7}
    assert {meter: line.fen for meter, line in counted.items()} == {"call": 200, "product": 0, "month": 9, "row": 7}
    assert counted[Meter.CALL].digest == hashlib.sha256(b"e1\ne2").hexdigest()


def record(office: Office, *events: Event) -> None:
    with office.begin() as work:
        for event in events:
            work.events.record(event)


@pytest.fixture
def agreement(ready: Office) -> Agreement:
    """In force since Monday the 23rd, with prices."""
    return ready.bring_into_force(tariff=TARIFF)


@pytest.mark.article("M 20", "allowed")
def test_a_statement_agrees_with_the_log_to_the_unit_and_is_settled_once_confirmed(
    ready: Office, agreement: Agreement
) -> None:
    edge = DECEMBER - timedelta(microseconds=1)
    mine = [asked(1, agreement.id), asked(2, agreement.id, at=edge), asked(3, agreement.id, kind="output.released")]
    record(ready, *mine, asked(4, agreement.id, at=DECEMBER), asked(5, "another"))

    issued = service.issue_statement(ready.begin, agreement.id, NOVEMBER, by=OPERATOR, at=DECEMBER)
    assert {line.meter: line.units for line in issued.lines} == {"call": 2, "product": 1, "month": 1, "row": 6}
    assert issued.fen == 200 + 6 + 9
    told = [event for event in ready.events("query.run") if event.facts["agreement"] == agreement.id]
    assert sum(event.at < DECEMBER for event in told) == 2
    assert service.usage_of(ready.begin, agreement.id, NOVEMBER, by=DEVELOPER, at=DECEMBER) == issued.lines

    service.dispute_statement(ready.begin, issued.id, reason="多计", by=DEVELOPER, at=DECEMBER)
    again = service.issue_statement(ready.begin, agreement.id, NOVEMBER, by=OPERATOR, at=DECEMBER)
    assert (again.state, again.reason) == (StatementState.ISSUED, "")
    service.confirm_statement(ready.begin, issued.id, by=DEVELOPER, at=DECEMBER)
    settled = service.settle_statement(ready.begin, issued.id, by=OPERATOR, at=DECEMBER)
    assert settled.state is StatementState.SETTLED
    assert ready.events("statement.issued")[0].facts["fen"] == issued.fen


@pytest.mark.article("M 20", "refused")
def test_nothing_is_billed_before_the_month_is_over_twice_by_others_or_before_the_agreement(
    ready: Office, agreement: Agreement
) -> None:
    def issue(month: Month, by: Actor = OPERATOR) -> None:
        service.issue_statement(ready.begin, agreement.id, month, by=by, at=DECEMBER)

    with pytest.raises(MaterialFlawed):
        issue(Month(2026, 12))
    with pytest.raises(NotInForce):
        issue(Month(2026, 10))
    with pytest.raises(NotPermitted):
        issue(NOVEMBER, DEVELOPER)
    issue(NOVEMBER)
    with pytest.raises(MoveNotAllowed):
        issue(NOVEMBER)
    (statement,) = service.list_statements(ready.begin, by=OPERATOR, at=DECEMBER)
    with pytest.raises(NotAParty):
        service.confirm_statement(ready.begin, statement.id, by=RIVAL, at=DECEMBER)
    with pytest.raises(NoSuch):
        service.view_statement(ready.begin, statement.id, by=RIVAL, at=DECEMBER)
    with pytest.raises(NoSuch):
        service.usage_of(ready.begin, agreement.id, NOVEMBER, by=RIVAL, at=DECEMBER)


def test_a_month_counts_while_the_agreement_was_in_force_and_not_after_it_ended(
    ready: Office, agreement: Agreement
) -> None:
    service.terminate_agreement(ready.begin, agreement.id, reason="违约", by=OPERATOR, at=LATER + timedelta(days=1))
    later = datetime(2027, 1, 1, tzinfo=XIAMEN)
    service.issue_statement(ready.begin, agreement.id, NOVEMBER, by=OPERATOR, at=later)
    with pytest.raises(NotInForce):
        service.issue_statement(ready.begin, agreement.id, Month(2026, 12), by=OPERATOR, at=later)


def test_a_free_agreement_is_counted_and_costs_nothing(ready: Office) -> None:
    free = ready.bring_into_force()
    record(ready, asked(1, free.id))
    issued = service.issue_statement(ready.begin, free.id, NOVEMBER, by=OPERATOR, at=DECEMBER)
    assert (issued.fen, issued.lines[0].units) == (0, 1)


def test_the_tariff_is_part_of_what_both_sides_sign(ready: Office) -> None:
    with pytest.raises(MaterialFlawed) as refusal:
        ready.draw(tariff=Tariff({Meter.CALL: ()}))
    assert [flaw.place for flaw in refusal.value.flaws] == ["tariff.call"]
    priced = ready.draw("a2", tariff=TARIFF)
    assert '"call":[{"fen":100,"up_to":2}' in priced.document
