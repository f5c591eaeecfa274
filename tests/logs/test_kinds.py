"""The catalogue of event kinds: every kind named, every fact documented, in both languages."""

import re

import pytest

from logs.fields import FIELDS
from logs.kinds import KINDS, Kind, mentions
from tests.logs.factories import an_event

SEEDS = """
resource.registered resource.arrived column.recognised rule.drafted rule.approved catalog.published sample.viewed
scenario.demanded scenario.approved scenario.published application.submitted application.approved application.refused
agreement.drawn agreement.signed agreement.in_force agreement.filed agreement.stopped access.denied query.refused
query.run query.failed query.killed output.requested output.released output.refused session.opened session.refused
log.verified
"""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_is_a_noun_and_what_happened_with_a_title_in_both_languages(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", kind.name)
    assert re.search(r"[\u4e00-\u9fff]", kind.title("zh"))
    assert kind.title("en").isascii()
    assert len(set(kind.fields)) == len(kind.fields)


def test_every_step_of_the_procedure_has_its_kinds() -> None:
    assert set(SEEDS.split()) <= KINDS.keys()


def test_every_fact_is_documented_in_both_languages_and_used() -> None:
    assert [field.name for field in FIELDS.values() if not (field.zh and field.en)] == []
    used = {field.name for kind in KINDS.values() for field in kind.fields}
    assert FIELDS.keys() - used == set()


def test_an_event_mentions_who_did_it_to_what_and_under_what() -> None:
    event = an_event(1, facts={"agreement": "a1", "resources": ("bike", "person"), "sql": "SELECT 1", "unknown": "x"})
    assert set(mentions(event)) == {
        ("actor", "lin"),
        ("party", "xiamen-mobility"),
        ("query", "q1"),
        ("agreement", "a1"),
        ("resource", "bike"),
        ("resource", "person"),
    }
