"""Deadlines run on the official calendar: the State Council's notices, and a marked guess beyond them."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.adapters.holidays import ChineseHolidays, official_calendar
from policies.calendar import XIAMEN, WorkingDays, read_notice, read_notices
from policies.errors import NoticeWrong

CALENDAR = official_calendar()
LIBRARY = ChineseHolidays()
ALL_DAYS = [date(2024, 1, 1) + timedelta(days=day) for day in range(366 + 365 + 365)]


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=XIAMEN)


def test_the_library_equals_the_notices_on_every_day_of_2024_to_2026() -> None:
    assert [day for day in ALL_DAYS if CALENDAR.worked(day) != LIBRARY(day)] == []
    assert ALL_DAYS[-1] == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("year", "number", "worked"),
    [(2024, "国办发明电〔2023〕7号", 251), (2025, "国办发明电〔2024〕12号", 248), (2026, "国办发明电〔2025〕7号", 248)],
)
def test_each_notice_is_named_and_gives_its_number_of_working_days(year: int, number: str, worked: int) -> None:
    (notice,) = [notice for notice in read_notices() if notice.year == year]
    assert notice.number == number
    assert sum(CALENDAR.worked(day) for day in ALL_DAYS if day.year == year) == worked


@given(st.sampled_from(ALL_DAYS), st.integers(1, 40))
def test_a_deadline_is_the_nth_working_day_of_a_calendar_walked_day_by_day(day: date, days: int) -> None:
    after = (day + timedelta(days=step) for step in range(1, 1000))
    expected = list(islice((later for later in after if CALENDAR.worked(later)), days))[-1]
    assert CALENDAR.deadline(at(day), days=days).day == expected


@given(st.sampled_from(ALL_DAYS), st.integers(0, 23), st.integers(1, 10))
def test_the_hour_of_receipt_changes_nothing_and_a_later_receipt_never_ends_sooner(
    day: date, hour: int, days: int
) -> None:
    deadline = CALENDAR.deadline(at(day, hour), days=days)
    assert deadline == CALENDAR.deadline(at(day, 0), days=days)
    assert deadline.day <= CALENDAR.deadline(at(day + timedelta(days=1)), days=days).day


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 30)),  # a Monday: the weekend does not count
        (date(2026, 11, 28), date(2026, 12, 4)),  # a Saturday: the count begins on Monday
        (date(2026, 9, 18), date(2026, 9, 24)),  # Sunday the 20th is worked
        (date(2026, 9, 28), date(2026, 10, 10)),  # the National Day, and a Saturday that is worked
        (date(2025, 1, 24), date(2025, 2, 7)),  # the Spring Festival, with Sunday the 26th worked
    ],
)
def test_five_working_days_as_an_official_would_count_them(received: date, due: date) -> None:
    assert CALENDAR.deadline(at(received), days=5).day == due


def test_a_deadline_is_the_end_of_its_day_in_xiamen() -> None:
    deadline = CALENDAR.deadline(at(date(2026, 11, 23)), days=5)
    assert deadline.at.isoformat() == "2026-11-30T23:59:59.999999+08:00"
    assert not deadline.passed(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC))
    assert deadline.passed(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))


def test_the_day_of_receipt_is_the_one_it_is_in_xiamen() -> None:
    evening = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # already the 24th in Xiamen
    assert CALENDAR.deadline(evening, days=5).day == date(2026, 12, 1)


def test_a_deadline_beyond_the_last_notice_is_provisional() -> None:
    assert not CALENDAR.deadline(at(date(2026, 12, 17)), days=5).provisional
    assert CALENDAR.deadline(at(date(2026, 12, 24)), days=5).provisional
    assert CALENDAR.deadline(at(date(2023, 12, 20)), days=5).provisional
    assert CALENDAR.known_through == date(2026, 12, 24)


def test_a_new_notice_settles_what_was_provisional() -> None:
    notice = """
        {year: 2027, number: 号, known_through: 2027-12-24, working_weekends: [2026-12-26],
         days_off: [{name: 元旦, from: 2027-01-01, to: 2027-01-03}]}
    """
    calendar = WorkingDays((*read_notices(), read_notice(notice, name="2027.yaml")), LIBRARY)
    deadline = calendar.deadline(at(date(2026, 12, 24)), days=5)
    assert (deadline.day, deadline.provisional) == (date(2026, 12, 30), False)  # the Saturday is worked


def test_no_deadline_without_days_or_without_a_time_zone() -> None:
    with pytest.raises(ValueError, match="whole days"):
        CALENDAR.deadline(at(date(2026, 11, 23)), days=0)
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.deadline(datetime(2026, 11, 23), days=5)  # noqa: DTZ001  # a moment without a zone is the point


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("year: 2027", "KeyError"),
        ("[1, 2", "ParserError"),
        ("{year: 2027, number: x, known_through: soon, days_off: [], working_weekends: []}", "not a date"),
        (
            "{year: 2027, number: x, known_through: 2027-12-24, working_weekends: [],"
            " days_off: [{from: 2027-02-03, to: 2027-02-01}]}",
            "lies before",
        ),
        (
            "{year: 2027, number: x, known_through: 2027-12-24, working_weekends: [2027-02-06],"
            " days_off: [{from: 2027-02-05, to: 2027-02-07}]}",
            "both off and worked",
        ),
        (
            "{year: 2027, number: x, known_through: 2027-12-24, working_weekends: [2027-02-05], days_off: []}",
            "no weekend",
        ),
    ],
)
def test_a_notice_that_is_wrong_is_refused_by_name_and_fault(text: str, fault: str) -> None:
    with pytest.raises(NoticeWrong, match=fault) as refusal:
        read_notice(text, name="2027.yaml")
    assert "2027.yaml" in refusal.value.detail("zh")


def test_notices_must_be_of_consecutive_years() -> None:
    first, _, third = read_notices()
    for notices in ((), (first, third), (third, first)):
        with pytest.raises(NoticeWrong):
            WorkingDays(notices, LIBRARY)
