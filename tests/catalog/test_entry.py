"""An entry's way into the development catalog: every move that leads on, and every one that is refused."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from catalog.arrival import Arrival
from catalog.edition import Edition, EditionState
from catalog.entry import ENTRY_MOVES, Entry, EntryMove, EntryState, Grading, Mask, Prohibition
from catalog.listing_errors import MoveImpossible, NotGraded, NotListable, ReasonMissing
from catalog.masks import InForce, masks_of
from catalog.model import Column, ColumnType, Digest, Version
from catalog.profile import Quality, TableProfile
from catalog.sample import Origin, Sample
from masking.rules import default_document
from tests.catalog.factories import CENTRE, DIMENSION, JOIN, NOON, OPERATOR, a_resource

GRADES = (Grading("id_card", 4, "kind.resident_id"), Grading("district", 2, "subject.person"))
SAMPLE = Sample(("id_card", "district"), (("35029919000101001X", "思明区"),), Origin.SYNTHETIC)
RULES = InForce("default.1", default_document())
ID_CARD, DISTRICT = a_resource().columns


def an_arrival(*columns: Column, digest: str = "d1") -> Arrival:
    """A version of the resource with those columns, or the usual ones."""
    resource = a_resource("visit", *columns)
    version = Version(resource.id, Digest(digest), 7, NOON, unit_unique=True, units=7)
    return Arrival(resource, version, Quality(7, 7), TableProfile(7, ()))


def an_entry(state: EntryState = EntryState.REGISTERED) -> Entry:
    """An entry that has come so far."""
    entry = Entry.register(a_resource(), by=CENTRE, at=NOON)
    if state is EntryState.REGISTERED:
        return entry
    entry = entry.arrive(an_arrival(), by=CENTRE, at=NOON)
    if state is EntryState.ARRIVED:
        return entry
    entry = entry.grade(GRADES, by=OPERATOR, at=NOON)
    if state is EntryState.GRADED:
        return entry
    if state is EntryState.BARRED:
        return entry.bar(Prohibition.PUBLIC_INTEREST, reason="涉及公共利益", by=OPERATOR, at=NOON)
    entry = entry.clear(reason="不属于三类禁止情形", by=OPERATOR, at=NOON).give_sample(SAMPLE)
    if state is EntryState.CLEARED:
        return entry
    entry = entry.list_in(1, ())
    return entry if state is EntryState.LISTED else entry.withdraw(reason="提供单位撤回", by=OPERATOR, at=NOON)


def do(entry: Entry, move: EntryMove) -> Entry:
    """That move, with whatever it needs."""
    match move:
        case EntryMove.ARRIVE:
            return entry.arrive(an_arrival(digest="d2"), by=CENTRE, at=NOON)
        case EntryMove.CHANGE:
            return entry.arrive(an_arrival(ID_CARD, DISTRICT, Column("x", "x", ColumnType.DATE)), by=CENTRE, at=NOON)
        case EntryMove.GRADE:
            return entry.grade(GRADES, by=OPERATOR, at=NOON)
        case EntryMove.CLEAR:
            return entry.clear(reason="可列入", by=OPERATOR, at=NOON)
        case EntryMove.BAR:
            return entry.bar(Prohibition.NATIONAL_SECURITY, reason="涉及国家安全", by=OPERATOR, at=NOON)
        case EntryMove.LIST:
            return entry.list_in(2, ())
        case EntryMove.WITHDRAW:
            return entry.withdraw(reason="撤回", by=OPERATOR, at=NOON)


def compiled(entries: Sequence[Entry]) -> Edition:
    """The first edition, of those entries."""
    return Edition.compile(entries, number=1, rules=RULES, by=OPERATOR, at=NOON)


@pytest.mark.parametrize(("state", "move"), list(product(EntryState, EntryMove)))
def test_a_move_leads_where_the_table_says_or_is_refused(state: EntryState, move: EntryMove) -> None:
    entry = an_entry(state)
    assert entry.state is state
    target = ENTRY_MOVES.get((state, move))
    if target is not None:
        assert do(entry, move).state is target
        return
    with pytest.raises((MoveImpossible, NotGraded)):
        do(entry, move)


def test_nothing_leads_out_of_a_prohibited_class() -> None:
    assert [move for state, move in ENTRY_MOVES if state is EntryState.BARRED] == []


def test_the_refusal_of_a_move_names_what_is_possible() -> None:
    with pytest.raises(MoveImpossible) as refused:
        an_entry().list_in(1, ())
    assert refused.value.possible == "arrive, change, bar"


def test_a_column_without_grade_keeps_a_resource_from_being_cleared() -> None:
    entry = an_entry(EntryState.ARRIVED)
    with pytest.raises(NotGraded) as refused:
        entry.grade(GRADES[:1], by=OPERATOR, at=NOON)
    assert refused.value.columns == ("district",)
    with pytest.raises(NotGraded):
        entry.clear(reason="可列入", by=OPERATOR, at=NOON)


def test_grades_stand_on_the_columns() -> None:
    columns = an_entry(EntryState.GRADED).resource.columns
    assert [(column.name, column.grade) for column in columns] == [("id_card", 4), ("district", 2)]


def test_a_person_overrides_a_grade_with_a_reason_and_not_without() -> None:
    entry = an_entry(EntryState.GRADED)
    with pytest.raises(ReasonMissing):
        entry.grade([Grading("district", 1, OPERATOR.id)], by=OPERATOR, at=NOON)
    overridden = entry.grade([Grading("district", 1, OPERATOR.id, "区名公开")], by=OPERATOR, at=NOON)
    assert overridden.resource.column("district").grade == 1
    assert overridden.news[-1].facts["decided_by"] == OPERATOR.id


def test_decisions_need_a_reason() -> None:
    graded, listed = an_entry(EntryState.GRADED), an_entry(EntryState.LISTED)
    with pytest.raises(ReasonMissing):
        graded.clear(reason="", by=OPERATOR, at=NOON)
    with pytest.raises(ReasonMissing):
        graded.bar(Prohibition.FORBIDDEN_BY_LAW, reason=" ", by=OPERATOR, at=NOON)
    with pytest.raises(ReasonMissing):
        listed.withdraw(reason="", by=OPERATOR, at=NOON)


def test_a_new_version_of_the_same_layout_keeps_grades_decision_and_listing() -> None:
    entry = an_entry(EntryState.LISTED).arrive(an_arrival(digest="d2"), by=CENTRE, at=NOON)
    assert (entry.state, entry.ungraded, entry.sample) == (EntryState.LISTED, (), SAMPLE)
    assert (entry.news[-1].facts["replaced"], entry.news[-1].facts["digest"]) == ("d1", "d2")


def test_a_changed_layout_voids_the_grades_of_what_changed_and_the_sample() -> None:
    changed = Column("district", "区", ColumnType.INTEGER, DIMENSION)
    added = Column("age", "年龄", ColumnType.INTEGER, JOIN)
    entry = an_entry(EntryState.LISTED).arrive(an_arrival(ID_CARD, changed, added), by=CENTRE, at=NOON)
    assert (entry.state, entry.ungraded, entry.sample) == (EntryState.ARRIVED, ("district", "age"), None)


def test_every_step_is_told_without_a_value() -> None:
    entry = an_entry(EntryState.WITHDRAWN)
    assert [told.kind for told in entry.news] == [
        "resource.registered",
        "resource.arrived",
        "column.recognised",
        "column.recognised",
        "resource.cleared",
        "resource.withdrawn",
    ]
    assert "35029919000101001X" not in repr([told.facts for told in entry.news])


@pytest.mark.parametrize(
    "state", [state for state in EntryState if state not in (EntryState.CLEARED, EntryState.LISTED)]
)
def test_an_edition_refuses_what_may_not_be_listed_and_says_why(state: EntryState) -> None:
    good = replace(an_entry(EntryState.CLEARED), resource=a_resource("other"))
    with pytest.raises(NotListable) as refused:
        compiled([good, an_entry(state)])
    assert [id for id, _, _ in refused.value.reasons] == ["visit"]


def test_an_edition_refuses_what_has_no_sample_and_nothing_at_all() -> None:
    with pytest.raises(NotListable, match="no sample"):
        compiled([replace(an_entry(EntryState.CLEARED), sample=None)])
    with pytest.raises(NotListable, match="nothing to list"):
        compiled([])


def test_an_edition_is_filed_before_it_is_published() -> None:
    edition = compiled([an_entry(EntryState.CLEARED)])
    with pytest.raises(MoveImpossible):
        edition.publish(by=OPERATOR, at=NOON)
    published = edition.file(by=OPERATOR, at=NOON).publish(by=OPERATOR, at=NOON)
    assert published.state is EditionState.PUBLISHED
    assert [told.kind for told in published.news] == ["catalog.compiled", "catalog.filed", "catalog.published"]
    with pytest.raises(MoveImpossible):
        published.file(by=OPERATOR, at=NOON)


def test_an_editions_digest_follows_what_it_says() -> None:
    entry = an_entry(EntryState.CLEARED)
    other = entry.arrive(an_arrival(digest="d2"), by=CENTRE, at=NOON)
    digests = {compiled([each]).digest for each in (entry, entry, other)}
    assert len(digests) == 2


def test_a_column_is_masked_by_what_it_was_recognised_as_and_suppressed_where_no_rule_fits() -> None:
    gradings = (Grading("id_card", 4, "kind.resident_id", recognised="resident_id"), Grading("district", 2, "subject"))
    entry = an_entry(EntryState.ARRIVED).grade(gradings, by=OPERATOR, at=NOON)
    assert masks_of(entry, RULES)[0] == Mask("id_card", "pseudonym", "resident-id")
    none = InForce("none.1", replace(default_document(), rules=()))
    assert {mask.technique for mask in masks_of(entry, none)} == {"suppress"}
    assert {mask.rule for mask in masks_of(entry, none)} == {"unruled"}
