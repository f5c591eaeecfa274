"""What each shipped rule raises an alert about, and what it leaves alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from logs.model import Event, Sealed
from logs.monitoring.document import shipped_rules
from logs.monitoring.patterns import Finding, Seen, findings
from logs.monitoring.rule import Pattern, Rule
from logs.seal import Head, chained
from tests.logs.factories import NOON, an_event

RULES = {rule.id: rule for rule in shipped_rules()}


def sealed(events: Iterable[Event]) -> list[Sealed]:
    """The events as they are delivered."""
    return chained(list(events), Head(), at=NOON)


def asked(number: int, sql: str, *, kind: str = "query.run", at: datetime | None = None, **facts: Any) -> Event:
    """Something about a query of that text."""
    said = {"query": f"q{number}", "agreement": "a1", "sql": sql, "rows": 5} | facts
    return an_event(number, kind=kind, facts=said, at=at or NOON + timedelta(seconds=number))


def found(rule: Rule, events: Iterable[Event], *, at: datetime | None = None) -> tuple[Finding, ...]:
    """What the rule finds a minute after noon."""
    return findings(rule, Seen(sealed(events), at or NOON + timedelta(minutes=1)))


def refused(count: int, **changes: Any) -> list[Event]:
    return [asked(number, "SELECT 1", kind="query.refused", **changes) for number in range(count)]


def test_one_person_refused_over_and_over_is_found() -> None:
    (alert,) = found(RULES["repeated-refusals"], refused(21))
    assert (alert.subject, alert.measure, len(alert.seqs)) == ("actor:lin", 21, 21)
    assert found(RULES["repeated-refusals"], refused(20)) == ()


def test_what_lies_before_the_window_does_not_count() -> None:
    assert found(RULES["repeated-refusals"], refused(30), at=NOON + timedelta(hours=1)) == ()


def test_a_bound_that_is_moved_is_found_and_a_repeated_question_is_not() -> None:
    moved = [asked(age, f"SELECT count(*) FROM person WHERE age < {age}") for age in range(20, 36)]
    (alert,) = found(RULES["sliding-bound"], moved)
    assert (alert.subject, alert.measure) == ("party:xiamen-mobility", 16)
    same = [asked(number, "SELECT count(*) FROM person WHERE age < 30") for number in range(40)]
    assert found(RULES["sliding-bound"], same) == ()
    other = [asked(number, f"SELECT count(*) AS n{number} FROM person WHERE age < {number}") for number in range(40)]
    assert found(RULES["sliding-bound"], other) == ()


def test_questions_that_pin_down_a_few_are_found_and_tables_are_not() -> None:
    sql = "SELECT count(*) FROM person WHERE age = 41 AND district = '海沧区' AND industry = '采矿业'"
    (alert,) = found(RULES["small-cells"], [asked(number, sql, rows=1) for number in range(11)])
    assert alert.measure == 11
    assert found(RULES["small-cells"], [asked(number, sql, rows=6) for number in range(40)]) == ()
    broad = [asked(number, "SELECT count(*) FROM person", rows=1) for number in range(40)]
    assert found(RULES["small-cells"], broad) == ()


def test_ever_more_columns_of_one_narrow_set_are_found() -> None:
    def about(number: int, where: str) -> Event:
        return asked(number, f"SELECT avg(c{number}) FROM person WHERE {where}", columns=(f"person.c{number}",))

    narrow = "age = 41 AND district = '海沧区' AND gender = '女'"
    (alert,) = found(RULES["one-subject"], [about(number, narrow) for number in range(6)])
    assert alert.measure == 6
    assert found(RULES["one-subject"], [about(number, f"age = {number}") for number in range(6)]) == ()


@pytest.mark.parametrize(("hours_after_noon", "expected"), [(0, 0), (11, 1), (5 * 24, 1)])
def test_a_burst_at_night_or_at_the_weekend_is_found_and_one_at_noon_is_not(
    hours_after_noon: int, expected: int
) -> None:
    start = NOON + timedelta(hours=hours_after_noon)  # noon of a Monday, by Chinese time
    burst = [
        asked(number, "SELECT 1", kind="query.started", at=start + timedelta(seconds=number)) for number in range(51)
    ]
    assert len(found(RULES["off-hours-burst"], burst, at=start + timedelta(minutes=2))) == expected


def test_only_refusals_for_a_spent_budget_burn_it() -> None:
    (alert,) = found(RULES["budget-burn"], refused(4, decided_by="budget"))
    assert alert.subject == "agreement:a1"
    assert found(RULES["budget-burn"], refused(9, decided_by="gate")) == ()


def test_tries_under_a_lapsed_agreement_are_found() -> None:
    def denied(reason: str) -> list[Event]:
        facts = {"reason": reason, "agreement": "a1", "verb": "run"}
        return [an_event(number, kind="access.denied", subject="query:", facts=facts) for number in range(3)]

    (alert,) = found(RULES["lapsed-party"], denied("agreement-not-in-force"))
    assert alert.subject == "party:xiamen-mobility"
    assert found(RULES["lapsed-party"], denied("not-permitted")) == ()


def test_a_low_share_of_decisions_in_time_is_found() -> None:
    def decided(number: int, days: int) -> Event:
        facts = {"application": f"p{number}", "deadline": (NOON + timedelta(days=days)).isoformat()}
        return an_event(number, kind="application.approved", subject=f"application:p{number}", facts=facts)

    (alert,) = found(RULES["on-time"], [decided(number, -1 if number < 2 else 1) for number in range(10)])
    assert (alert.measure, alert.seqs) == (0.8, (1, 2))
    assert found(RULES["on-time"], [decided(number, 1) for number in range(10)]) == ()
    assert found(RULES["on-time"], [decided(0, -1)]) == ()


def test_a_platform_that_says_nothing_is_found() -> None:
    rule, late = RULES["silent-platform"], NOON + timedelta(minutes=6)
    (alert,) = findings(rule, Seen((), late, heard_at=NOON))
    assert (alert.subject, alert.measure) == ("log:platform", 6)
    assert findings(rule, Seen((), late, heard_at=NOON + timedelta(minutes=2))) == ()
    assert findings(rule, Seen((), late, heard_at=None)) == ()


def test_every_pattern_is_used_by_a_shipped_rule() -> None:
    assert {rule.pattern for rule in RULES.values()} == set(Pattern)
