"""Watching delivered records: alerts rise, grow, have an owner and an end; freezes are ordered, obeyed, confirmed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from logs.adapters.archive import archive_work, open_archive
from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.adapters.otlp import decoded, encoded, records
from logs.adapters.watch_tables import counts_over_time, heard, watch_work
from logs.model import Event
from logs.monitoring import watch
from logs.monitoring.alert import ALERT_MOVES, Alert, AlertState, freeze
from logs.monitoring.document import shipped_rules
from logs.monitoring.errors import AlertMoveImpossible, AlertUnknown, NotConfirmed, NothingToFreeze
from logs.monitoring.patterns import Finding
from logs.reception import Desk, receive
from logs.seal import chained
from tests.logs.factories import NOON, an_event

SIGNER = Ed25519Signer(bytes(32))
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A receiver's database."""
    opened = open_archive(tmp_path / "records.sqlite")
    yield opened
    opened.dispose()


@pytest.fixture
def begin(engine: Engine) -> watch.Begin:
    return watch_work(engine)


def deliver(engine: Engine, *events: Event) -> None:
    """Take the events in as the next records."""
    begin = archive_work(engine)
    with begin() as work:
        links = chained(list(events), work.archive.head(), at=NOON)
    receive(Desk(begin, SIGNER, verified), [decoded(record) for record in records(encoded(links))], at=NOON)


def refusals(first: int, last: int) -> list[Event]:
    facts = {"query": "q", "agreement": "a1", "sql": "SELECT 1"}
    return [an_event(number, kind="query.refused", facts=facts) for number in range(first, last)]


def raised(engine: Engine, begin: watch.Begin) -> Alert:
    deliver(engine, *refusals(0, 21))
    (alert,) = watch.watch(begin, watch.Watcher(shipped_rules()), at=SOON)
    return alert


def test_an_alert_rises_grows_with_what_follows_and_is_no_news_by_itself(engine: Engine, begin: watch.Begin) -> None:
    watcher = watch.Watcher(shipped_rules())
    deliver(engine, *refusals(0, 20))
    assert watch.watch(begin, watcher, at=SOON) == ()
    deliver(engine, *refusals(20, 22))
    (alert,) = watch.watch(begin, watcher, at=SOON)
    assert (alert.number, alert.rule, alert.subject) == (1, "repeated-refusals", "actor:lin")
    assert (alert.state, alert.measure, alert.times) == (AlertState.RAISED, 22, 1)
    assert watch.watch(begin, watcher, at=SOON) == ()
    deliver(engine, *refusals(22, 30))
    (grown,) = watch.watch(begin, watcher, at=SOON)
    assert (grown.number, grown.measure, grown.times) == (1, 30, 2)


def test_a_watcher_started_anew_reads_its_windows_again_and_raises_nothing_twice(
    engine: Engine, begin: watch.Begin
) -> None:
    raised(engine, begin)
    assert watch.watch(begin, watch.Watcher(shipped_rules()), at=SOON) == ()
    with begin() as work:
        assert len(work.alerts.open()) == 1


def test_an_alert_has_an_owner_and_an_end_and_then_a_new_one_may_rise(engine: Engine, begin: watch.Begin) -> None:
    alert = raised(engine, begin)
    assert watch.take(begin, alert.number, owner="lin-hui").owner == "lin-hui"
    closed = watch.close(begin, alert.number, by="lin-hui", reason="误用，已电话提醒", at=SOON)
    assert (closed.state, closed.owner, closed.closed_at) == (AlertState.CLOSED, "lin-hui", SOON)
    for move in (
        lambda: watch.take(begin, alert.number, owner="x"),
        lambda: watch.close(begin, alert.number, by="x", reason="x", at=SOON),
    ):
        with pytest.raises(AlertMoveImpossible):
            move()
    deliver(engine, *refusals(40, 62))
    (another,) = watch.watch(begin, watch.Watcher(shipped_rules(), seen=21), at=SOON + timedelta(minutes=1))
    assert another.number == 2
    with pytest.raises(AlertUnknown):
        watch.take(begin, 99, owner="x")


@pytest.mark.parametrize("state", list(AlertState))
@pytest.mark.parametrize("move", ["take", "close"])
def test_every_move_in_every_state_is_allowed_by_the_table_or_refused(state: AlertState, move: str) -> None:
    alert = Alert("r", "party:p", "grave", 1, (1,), NOON, NOON, state=state, number=7)
    does = {"take": lambda: alert.take("a"), "close": lambda: alert.close(by="a", reason="b", at=SOON)}[move]
    if (state, move) in ALERT_MOVES:
        assert does().state is ALERT_MOVES[state, move]
    else:
        with pytest.raises(AlertMoveImpossible):
            does()


def test_a_freeze_takes_one_confirmation_and_is_settled_by_the_platforms_own_record(
    engine: Engine, begin: watch.Begin
) -> None:
    alert = raised(engine, begin)
    with pytest.raises(NotConfirmed, match="person:lin"):
        watch.order_freeze(begin, alert.number, id="f1", by="lin-hui", reason="试探", confirmed=False, at=SOON)
    order = watch.order_freeze(begin, alert.number, id="f1", by="lin-hui", reason="试探", confirmed=True, at=SOON)
    assert (order.scope, order.target, order.settled) == ("person", "lin", False)
    with begin() as work:
        assert work.alerts.orders(pending=True) == [order]
        assert work.alerts.get(alert.number).owner == "lin-hui"
    obeyed = an_event(99, kind="stop.ordered", subject="stop:f1", facts={"stop": "f1", "scope": "person"})
    deliver(engine, obeyed)
    watch.watch(begin, watch.Watcher(shipped_rules(), seen=21), at=SOON)
    with begin() as work:
        assert work.alerts.orders(pending=True) == []
        (settled,) = work.alerts.orders(pending=False)
    assert settled.confirmed == 22


def test_an_order_that_the_platform_declines_says_why_and_stays_so(engine: Engine, begin: watch.Begin) -> None:
    alert = raised(engine, begin)
    watch.order_freeze(begin, alert.number, id="f1", by="nobody", reason="试探", confirmed=True, at=SOON)
    declined = watch.decline(begin, "f1", reason="not-acting")
    assert declined is not None
    assert (declined.declined, declined.settled) == ("not-acting", True)
    assert watch.decline(begin, "f1", reason="other") == declined
    assert watch.decline(begin, "f2", reason="other") is None


@pytest.mark.parametrize(
    ("subject", "scope"),
    [("agreement:a", "agreement"), ("party:a", "organisation"), ("actor:a", "person"), ("resource:a", "resource")],
)
def test_what_an_alert_is_about_is_what_a_freeze_stops(subject: str, scope: str) -> None:
    alert = Alert.raised(Finding("r", subject, 1, (1,)), severity="grave", at=NOON)
    order = freeze(alert, id="f", by="b", reason="c", at=NOON)
    assert (order.scope, order.target) == (scope, "a")


def test_an_alert_about_nobody_in_particular_freezes_nobody() -> None:
    alert = Alert.raised(Finding("silent-platform", "log:platform", 6, ()), severity="grave", at=NOON)
    with pytest.raises(NothingToFreeze):
        freeze(alert, id="f", by="b", reason="c", at=NOON)


def test_a_silent_platform_raises_an_alert_unless_it_calls(engine: Engine, begin: watch.Begin) -> None:
    deliver(engine, an_event(1))
    watcher = watch.Watcher(shipped_rules())
    assert watch.watch(begin, watcher, at=NOON + timedelta(minutes=4)) == ()
    heard(engine, at=NOON + timedelta(minutes=4))
    assert watch.watch(begin, watcher, at=NOON + timedelta(minutes=8)) == ()
    (alert,) = watch.watch(begin, watcher, at=NOON + timedelta(minutes=10))
    assert (alert.rule, alert.severity) == ("silent-platform", "grave")


def test_records_are_counted_by_hour_and_kind(engine: Engine) -> None:
    deliver(engine, an_event(1), an_event(2), an_event(3, at=NOON + timedelta(hours=2)), *refusals(4, 6))
    found = counts_over_time(engine, by="hour", kinds=[], since=None, until=None)
    assert found == [
        ("2026-11-23T04", "query.refused", 2),
        ("2026-11-23T04", "query.run", 2),
        ("2026-11-23T06", "query.run", 1),
    ]
    assert counts_over_time(engine, by="day", kinds=["query.run"], since=NOON, until=None)[0][2] == 3
