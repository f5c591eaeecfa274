"""Supplements: what the operator wants besides stops the clock, and handing it in lets it go on."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import service
from policies.calendar import XIAMEN
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed
from policies.model import Application, ApplicationId, ApplicationState
from tests.policies.conftest import CALENDAR, Office
from tests.policies.factories import DEVELOPER, LATER, MONDAY, OPERATOR, RIVAL, materials, submitted

A1 = ApplicationId("a1")
WEDNESDAY = MONDAY + timedelta(days=2)
FRIDAY_WEEK = MONDAY + timedelta(days=11)


def ask(office: Office, at: datetime = WEDNESDAY) -> Application:
    return service.ask_supplement(
        office.begin, A1, wanted=["补充数据安全管理制度"], calendar=CALENDAR, by=OPERATOR, at=at
    )


def supplement(office: Office, at: datetime = FRIDAY_WEEK, **changes: str) -> Application:
    return service.supplement_application(
        office.begin, A1, materials(**changes), calendar=CALENDAR, by=DEVELOPER, at=at
    )


@pytest.mark.article("M 16", "allowed")
def test_the_clock_stands_still_until_what_was_wanted_is_there(ready: Office) -> None:
    assert ready.submit().submission.due.day == date(2026, 11, 30)  # type: ignore[union-attr]
    asked = ask(ready)
    assert (asked.state, asked.days_left) == (ApplicationState.SUPPLEMENTING, 3)
    assert service.list_owed(ready.begin, by=OPERATOR, at=WEDNESDAY) == ()

    again = supplement(ready, safety="补充制度")
    assert again.state is ApplicationState.SUBMITTED
    assert again.materials.safety == "补充制度"
    assert again.submission.due.day == date(2026, 12, 9)  # type: ignore[union-attr]
    service.approve_application(ready.begin, A1, by=OPERATOR, at=FRIDAY_WEEK)
    kinds = [event.kind for event in ready.events() if event.kind.startswith("application.")]
    assert kinds[-3:] == ["application.supplement_asked", "application.supplemented", "application.approved"]


@pytest.mark.article("M 16", "refused")
def test_nothing_is_decided_meanwhile_and_a_flawed_supplement_is_told_every_flaw(ready: Office) -> None:
    ready.submit()
    ask(ready)
    for decide in (
        lambda: service.approve_application(ready.begin, A1, by=OPERATOR, at=WEDNESDAY),
        lambda: ask(ready),
    ):
        with pytest.raises(MoveNotAllowed) as refusal:
            decide()
        assert refusal.value.possible == ("supplement", "withdraw")
    with pytest.raises(MaterialFlawed) as flawed:
        supplement(ready, manner="", safety="")
    assert [flaw.place for flaw in flawed.value.flaws] == ["manner", "safety"]
    with pytest.raises(NotPermitted):
        service.ask_supplement(ready.begin, A1, wanted=["x"], calendar=CALENDAR, by=DEVELOPER, at=WEDNESDAY)


def test_who_asked_does_not_ask_for_more_and_a_stranger_does_not_hand_it_in() -> None:
    with pytest.raises(SelfApproval):
        submitted().ask_supplement(["x"], days_left=1, by=DEVELOPER, at=LATER)
    with pytest.raises(MaterialFlawed):
        submitted().ask_supplement([" "], days_left=1, by=OPERATOR, at=LATER)
    asked = submitted().ask_supplement(["x"], days_left=1, by=OPERATOR, at=LATER)
    with pytest.raises(NotAParty):
        asked.supplement(materials(), (), due=asked.submission.due, by=RIVAL, at=LATER)  # type: ignore[union-attr]


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(0, 30))
def test_days_used_and_days_left_add_up_whatever_the_calendar(start: int, days: int, pause: int) -> None:
    received = datetime(2024, 1, 1, 12, tzinfo=XIAMEN) + timedelta(days=start)
    deadline = CALENDAR.deadline(received, days=days)
    stopped = received + timedelta(days=pause)
    used = sum(CALENDAR.worked((received + timedelta(days=day)).date()) for day in range(1, pause + 1))
    assert CALENDAR.left(stopped, deadline) == max(1, days - used)
