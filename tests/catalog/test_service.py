"""The catalog's verbs on SQLite and PostgreSQL: what is saved, what is recorded, what is refused."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from catalog import service
from catalog.adapters.database import EditionTable, EntryTable
from catalog.adapters.marginals import sample
from catalog.arrival import Arrival
from catalog.edition import EditionState
from catalog.entry import EntryState, Grading, Prohibition
from catalog.grading import propose
from catalog.listing_errors import EditionUnknown, EntryChanged, EntryExists, EntryUnknown, NotListable
from catalog.model import Digest, ResourceId
from catalog.service import Begin
from logs.adapters.database import Inbox, inbox, metadata
from logs.canonical import read
from logs.model import EventId
from masking import service as rules
from masking.adapters.database import RuleTable
from masking.editions import RuleId
from masking.errors import NoRuleInForce
from masking.rules import DEFAULT
from tests.catalog.factories import BUREAU, CENTRE, NOON, OPERATOR, a_resource, placed

PERSON = ResourceId("person")


@dataclass(frozen=True)
class OneWork:
    """A unit of work of the catalog alone."""

    entries: EntryTable
    editions: EditionTable
    rules: RuleTable
    events: Inbox


def work_on(connection: Connection) -> OneWork:
    recorder = Inbox(connection)
    entries, editions = EntryTable(connection, recorder), EditionTable(connection, recorder)
    return OneWork(entries, editions, RuleTable(connection, recorder), recorder)


@pytest.fixture
def begin(engine: Engine) -> Begin:
    metadata.create_all(engine)

    @contextmanager
    def opened() -> Iterator[OneWork]:
        with engine.begin() as connection:
            yield work_on(connection)

    return opened


@pytest.fixture
def recorded(engine: Engine) -> Callable[[], list[str]]:
    def kinds() -> list[str]:
        with engine.connect() as connection:
            texts = connection.scalars(select(inbox.c.text).order_by(inbox.c.position))
            return [read(text).kind for text in texts]

    return kinds


@pytest.fixture
def cleared(begin: Begin, arrivals: dict[str, Arrival], home: Path) -> Sequence[ResourceId]:
    """Four municipal resources: arrived, graded as proposed, cleared, with samples."""
    put_rules_in_force(begin)
    some = [arrivals[name] for name in ("person", "enterprise", "enterprise_annual", "xiamen_street")]
    service.record_arrivals(begin, some, by=CENTRE, at=NOON)
    for arrival in some:
        id = arrival.resource.id
        service.grade(begin, id, propose(arrival), by=OPERATOR, at=NOON)
        service.decide(begin, id, prohibition=None, reason="不属于三类禁止情形", by=OPERATOR, at=NOON)
        service.give_sample(begin, id, sample(placed(home, arrival), arrival.resource, seed=1))
    return [arrival.resource.id for arrival in some]


def put_rules_in_force(begin: Begin) -> RuleId:
    id = rules.draft(begin, DEFAULT.read_text(encoding="utf-8"), by=CENTRE, at=NOON).id
    rules.approve(begin, id, by=BUREAU, at=NOON)
    return rules.put_in_force(begin, id, by=OPERATOR, at=NOON).id


def publish(begin: Begin, ids: Sequence[ResourceId]) -> int:
    number = service.compile_catalog(begin, ids, by=OPERATOR, at=NOON).number
    service.file_catalog(begin, number, notice="厦数〔2026〕1号", by=OPERATOR, at=NOON)
    service.publish_catalog(begin, number, by=OPERATOR, at=NOON)
    return number


def test_what_was_saved_is_read_back_as_it_was(begin: Begin, arrivals: dict[str, Arrival]) -> None:
    (saved,) = service.record_arrivals(begin, [arrivals["person"]], by=CENTRE, at=NOON)
    found = service.entry(begin, PERSON)
    assert found == replace(saved, revision=1)
    assert found.version == arrivals["person"].version
    assert found.resource == saved.resource


@pytest.mark.article("M 8", "allowed")
def test_an_arrival_registers_what_is_unknown_and_both_are_recorded_at_once(
    begin: Begin, arrivals: dict[str, Arrival], recorded: Callable[[], list[str]]
) -> None:
    service.record_arrivals(begin, [arrivals["person"], arrivals["enterprise"]], by=CENTRE, at=NOON)
    assert recorded() == ["resource.registered", "resource.arrived"] * 2


def test_registering_twice_is_refused_and_records_nothing(begin: Begin, recorded: Callable[[], list[str]]) -> None:
    service.register(begin, a_resource(), by=CENTRE, at=NOON)
    with pytest.raises(EntryExists):
        service.register(begin, a_resource(), by=CENTRE, at=NOON)
    assert recorded() == ["resource.registered"]


@pytest.mark.article("S 6", "allowed")
def test_every_version_that_arrived_is_kept(begin: Begin, arrivals: dict[str, Arrival]) -> None:
    first = arrivals["person"]
    newer = replace(first.version, digest=Digest("f" * 64), arrived_at=NOON + timedelta(days=1))
    for arrival in (first, replace(first, version=newer), replace(first, version=newer)):
        service.record_arrivals(begin, [arrival], by=CENTRE, at=NOON)
    assert service.versions(begin, PERSON) == (newer, first.version)


@pytest.mark.article("M 9", "allowed")
def test_the_development_catalog_is_compiled_filed_and_published(
    begin: Begin, cleared: Sequence[ResourceId], recorded: Callable[[], list[str]]
) -> None:
    assert service.listed(begin) == ()
    number = publish(begin, cleared)
    assert {entry.id for entry in service.listed(begin)} == set(cleared)
    assert service.listed_entry(begin, PERSON).edition == number == 1
    with begin() as work:
        assert work.editions.get(1).state is EditionState.PUBLISHED
    assert recorded()[-3:] == ["catalog.compiled", "catalog.filed", "catalog.published"]
    assert recorded().count("column.recognised") == sum(len(entry.resource.columns) for entry in service.entries(begin))


def test_a_second_edition_keeps_what_the_first_listed(begin: Begin, cleared: Sequence[ResourceId]) -> None:
    publish(begin, cleared[:2])
    assert publish(begin, cleared) == 2
    assert len(service.listed(begin)) == len(cleared)


@pytest.mark.article("M 9", "refused")
def test_a_barred_resource_is_never_listed(begin: Begin, cleared: Sequence[ResourceId]) -> None:
    service.decide(
        begin, PERSON, prohibition=Prohibition.NATIONAL_SECURITY, reason="涉及国家安全", by=OPERATOR, at=NOON
    )
    with pytest.raises(NotListable, match="person"):
        service.compile_catalog(begin, cleared, by=OPERATOR, at=NOON)
    publish(begin, [id for id in cleared if id != PERSON])
    with pytest.raises(EntryUnknown):
        service.listed_entry(begin, PERSON)


def test_an_ungraded_resource_is_not_listed(begin: Begin, arrivals: dict[str, Arrival]) -> None:
    put_rules_in_force(begin)
    service.record_arrivals(begin, [arrivals["person"]], by=CENTRE, at=NOON)
    with pytest.raises(NotListable, match="not graded"):
        service.compile_catalog(begin, [PERSON], by=OPERATOR, at=NOON)


@pytest.mark.article("S 22", "refused")
def test_what_its_entry_does_not_permit_for_authorised_operation_is_not_listed(
    begin: Begin, arrivals: dict[str, Arrival], cleared: Sequence[ResourceId]
) -> None:
    kept = arrivals["person"]
    reserved = replace(kept.resource, attributes=replace(kept.resource.attributes, authorised=False))
    service.record_arrivals(begin, [replace(kept, resource=reserved)], by=CENTRE, at=NOON)
    with pytest.raises(NotListable, match="does not permit authorised operation"):
        service.compile_catalog(begin, cleared, by=OPERATOR, at=NOON)
    publish(begin, [id for id in cleared if id != PERSON])


def test_without_approved_rules_nothing_is_compiled(begin: Begin, arrivals: dict[str, Arrival]) -> None:
    service.record_arrivals(begin, [arrivals["person"]], by=CENTRE, at=NOON)
    with pytest.raises(NoRuleInForce):
        service.compile_catalog(begin, [PERSON], by=OPERATOR, at=NOON)


def test_each_listed_column_says_which_technique_of_which_rule_masks_it(
    begin: Begin, cleared: Sequence[ResourceId]
) -> None:
    publish(begin, cleared)
    masks = {mask.column: mask.technique for mask in service.listed_entry(begin, PERSON).masks}
    assert (masks["id_card"], masks["phone"]) == ("pseudonym", "keep_edges")
    assert set(masks) == {column.name for column in service.entry(begin, PERSON).resource.columns}
    with begin() as work:
        assert work.editions.get(1).rule == "xiamen-default.2026.1"


def test_what_is_withdrawn_is_no_longer_listed(begin: Begin, cleared: Sequence[ResourceId]) -> None:
    publish(begin, cleared)
    service.withdraw(begin, PERSON, reason="提供单位撤回", by=OPERATOR, at=NOON)
    assert PERSON not in {entry.id for entry in service.listed(begin)}
    assert service.entry(begin, PERSON).state is EntryState.WITHDRAWN


def test_a_sample_is_shown_of_listed_resources_and_that_it_was_seen_is_recorded(
    begin: Begin, cleared: Sequence[ResourceId], recorded: Callable[[], list[str]]
) -> None:
    with pytest.raises(EntryUnknown):
        service.view_sample(begin, PERSON, event=EventId("v1"), by=OPERATOR, at=NOON)
    publish(begin, cleared)
    shown = service.view_sample(begin, PERSON, event=EventId("v1"), by=OPERATOR, at=NOON)
    assert len(shown.rows) == 20
    assert recorded()[-1] == "sample.viewed"


def test_the_catalog_is_searched_by_words_in_names_titles_and_columns(
    begin: Begin, cleared: Sequence[ResourceId]
) -> None:
    publish(begin, cleared)
    found = {
        words: {str(entry.id) for entry in service.listed(begin, words=words)}
        for words in ("常住", "资本 登记", "USCC 年度", "地铁")
    }
    assert found == {
        "常住": {"person"},
        "资本 登记": {"enterprise"},
        "USCC 年度": {"enterprise_annual"},
        "地铁": set(),
    }


def test_an_override_is_saved_with_its_reason(begin: Begin, cleared: Sequence[ResourceId]) -> None:
    del cleared
    id = ResourceId("xiamen_street")
    with begin() as work:
        work.entries.save(replace(work.entries.get(id), state=EntryState.GRADED))
    service.grade(begin, id, [Grading("code", 2, OPERATOR.id, "与门牌库关联")], by=OPERATOR, at=NOON)
    assert service.entry(begin, id).resource.column("code").grade == 2


def test_two_who_read_the_same_entry_do_not_both_save(
    begin: Begin, arrivals: dict[str, Arrival], recorded: Callable[[], list[str]]
) -> None:
    service.record_arrivals(begin, [arrivals["person"]], by=CENTRE, at=NOON)
    read_by_two = service.entry(begin, PERSON)
    before = recorded()
    with begin() as work:
        work.entries.save(read_by_two.grade(propose(arrivals["person"]), by=OPERATOR, at=NOON))
    graded = recorded()
    with pytest.raises(EntryChanged), begin() as work:
        work.entries.save(read_by_two.arrive(arrivals["person"], by=CENTRE, at=NOON))
    assert recorded() == graded != before


def test_what_is_not_there_is_refused(begin: Begin) -> None:
    with pytest.raises(EntryUnknown):
        service.entry(begin, PERSON)
    with pytest.raises(EditionUnknown):
        service.file_catalog(begin, 9, by=OPERATOR, at=NOON)
    with pytest.raises(EntryUnknown):
        service.versions(begin, PERSON)
