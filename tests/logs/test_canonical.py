"""One text to an event, and back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.canonical import moment, nanoseconds, read, read_sealed, sealed_text, written
from logs.errors import NotAnEvent
from logs.model import Actor, ActorId, Event, EventId, OrganisationId, Role
from logs.seal import GENESIS, Head
from tests.logs.factories import NOON, an_event

words = st.text(max_size=8)
facts = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
events = st.builds(
    Event,
    id=st.builds(EventId, words),
    kind=words,
    at=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    by=st.builds(Actor, st.builds(ActorId, words), st.builds(OrganisationId, words), st.sampled_from(Role)),
    subject=words,
    facts=st.dictionaries(words, facts | st.lists(words, max_size=3).map(tuple), max_size=4),
)


@given(events)
def test_what_is_written_reads_back_the_same(event: Event) -> None:
    assert read(written(event)) == event


@given(events, st.integers(min_value=1))
def test_a_sealed_text_reads_back_with_its_number(event: Event, seq: int) -> None:
    link = read_sealed(sealed_text(event, seq=seq, sealed_at=NOON), previous=GENESIS, seal=GENESIS)
    assert (link.event, link.seq, link.sealed_at) == (event, seq, NOON)


def test_the_text_does_not_depend_on_the_zone_or_on_the_order_of_facts() -> None:
    there = timezone(timedelta(hours=8))
    one = an_event(at=NOON, facts={"query": "q", "rows": 1})
    other = an_event(at=NOON.astimezone(there), facts={"rows": 1, "query": "q"})
    assert written(one) == written(other)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text + " ",
        lambda text: text.replace(":", ": ", 1),
        lambda text: text.replace('"seq":1', '"seq":true'),
        lambda text: text.replace('"role":"developer"', '"role":"nobody"'),
        lambda text: text.replace('"facts":{', '"facts":{"rows":{},'),
        lambda text: text[:-1],
        lambda text: "[]",
        lambda text: "[" * 100_000,
    ],
)
def test_any_other_text_of_the_same_meaning_is_refused(damage: Any) -> None:
    text = sealed_text(an_event(1), seq=1, sealed_at=NOON)
    damaged = damage(text)
    assert damaged != text
    with pytest.raises(NotAnEvent):
        read_sealed(damaged, previous=GENESIS, seal=GENESIS)


def test_half_a_surrogate_in_the_callers_words_becomes_the_replacement_character() -> None:
    text = written(an_event(facts={"sql": "select '\ud800'"}))
    assert read(text).facts["sql"] == "select '\ufffd'"
    text.encode()


def test_a_number_that_json_cannot_hold_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="JSON"):
        written(an_event(facts={"share": float("nan")}))


def test_times_are_exact_to_the_microsecond() -> None:
    at = datetime(2026, 11, 23, 4, 0, 0, 123457, tzinfo=UTC)
    assert moment(at) == "2026-11-23T04:00:00.123457Z"
    assert nanoseconds(at) == 1795406400123457000


@pytest.mark.parametrize("text", ["", "1", "1:", "x:" + GENESIS, "1:zz", "1:abcd", "-1:" + GENESIS])
def test_a_head_that_is_not_a_number_and_a_seal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a head is"):
        Head.parse(text)


def test_a_head_is_written_and_parsed() -> None:
    assert Head.parse(str(Head(7, "ab" * 32))) == Head(7, "ab" * 32)
