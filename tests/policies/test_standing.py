"""Lists, ownership and the daily re-check: who may develop, who no longer may, and who is warned beforehand."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from logs.model import OrganisationId
from policies import service
from policies.denials import NotPermitted, SelfApproval
from policies.errors import (
    DoneAlready,
    MaterialFlawed,
    NoSuch,
    ProcessingStopped,
    QualificationLacking,
    RelatedToOperator,
)
from policies.model import ApplicationId
from policies.model.affiliations import Affiliation, AffiliationId, related
from policies.model.listings import CreditList, Listing, ListKind, listed_flaws
from policies.model.stops import StopScope
from policies.owed import Colour
from tests.policies.conftest import CALENDAR, Office
from tests.policies.factories import (
    BUREAU,
    DEVELOPER,
    LATER,
    MONDAY,
    OPERATOR,
    PLATFORM,
    an_affiliation,
    an_organisation,
    qualified,
)

CODE = "91350200MA2XN7DP07"
A1 = ApplicationId("a1")


def a_list(kind: ListKind = ListKind.DISHONEST, since: date = date(2026, 5, 1)) -> CreditList:
    listings = (Listing(code=CODE, since=since),)
    return CreditList.bring_in(kind, "2026-11", "信用中国", listings, by=BUREAU, at=MONDAY)


def bring_in(office: Office, kind: ListKind, edition: str, *codes: str) -> None:
    listings = tuple(Listing(code=code, since=date(2026, 5, 1)) for code in codes)
    service.import_list(office.begin, kind, edition=edition, source="信用中国", listings=listings, by=BUREAU, at=LATER)


@pytest.mark.parametrize(
    ("kind", "since", "on", "flawed"),
    [
        (ListKind.DISHONEST, date(2010, 1, 1), date(2026, 11, 23), True),
        (ListKind.DISHONEST, date(2026, 11, 24), date(2026, 11, 23), False),
        (ListKind.INCIDENT, date(2023, 11, 24), date(2026, 11, 23), True),
        (ListKind.INCIDENT, date(2023, 11, 23), date(2026, 11, 23), False),
    ],
)
def test_dishonesty_counts_while_listed_and_an_incident_for_three_years(
    kind: ListKind, since: date, on: date, *, flawed: bool
) -> None:
    company = an_organisation(code=CODE)
    assert bool([*listed_flaws(company, [a_list(kind, since)], on=on)]) is flawed
    assert [*listed_flaws(replace(company, code=""), [a_list(kind, since)], on=on)] == []


def test_a_list_without_edition_source_or_a_code_is_refused_with_every_place() -> None:
    with pytest.raises(MaterialFlawed) as refusal:
        CreditList.bring_in(
            ListKind.DISHONEST, "", " ", (Listing(code="", since=date(2026, 1, 1)),), by=BUREAU, at=MONDAY
        )
    assert [flaw.place for flaw in refusal.value.flaws] == ["edition", "source", "listings.0.code"]


@pytest.mark.article("M 15", "refused")
def test_nobody_on_a_list_is_approved_and_a_later_edition_counts_alone(ready: Office) -> None:
    with ready.begin() as work:
        known = work.organisations.get(DEVELOPER.organisation)
        news = known.telling("organisation.registered", at=LATER, by=BUREAU, party=known.id)
        work.organisations.save(replace(known, code=CODE, news=news))
    ready.submit()
    bring_in(ready, ListKind.DISHONEST, "1", CODE)
    flaws = service.check_application(ready.begin, A1, by=DEVELOPER, at=LATER)
    assert [flaw.rule for flaw in flaws] == ["listed-dishonest"]
    with pytest.raises(QualificationLacking) as refusal:
        service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)
    assert "信用中国" in refusal.value.detail("zh")
    with pytest.raises(DoneAlready):
        bring_in(ready, ListKind.DISHONEST, "1")
    bring_in(ready, ListKind.DISHONEST, "2")
    service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)
    assert [found.state for found in service.list_credit(ready.begin, by=BUREAU, at=LATER)].count("current") == 1


def test_developers_import_no_lists_and_record_no_links(ready: Office) -> None:
    with pytest.raises(NotPermitted):
        service.import_list(
            ready.begin, ListKind.DISHONEST, edition="1", source="x", listings=(), by=DEVELOPER, at=LATER
        )
    with pytest.raises(NotPermitted):
        service.record_affiliation(ready.begin, an_affiliation(), by=DEVELOPER, at=LATER)


@pytest.mark.article("M 15", "allowed")
def test_a_lapse_stops_what_rests_on_it_and_renewed_evidence_lets_it_go_on(ready: Office) -> None:
    agreement = ready.bring_into_force()
    assert service.recheck(ready.begin, by=PLATFORM, at=LATER).lapsed == ()
    expired = datetime.fromisoformat("2028-01-01T00:00:01+08:00")
    with ready.begin() as work:
        kept = work.agreements.get(agreement.id)
        longer = replace(
            kept, ends=expired + timedelta(days=9), news=kept.telling("agreement.filed", at=LATER, by=OPERATOR)
        )
        work.agreements.save(longer)
    (stop,) = service.recheck(ready.begin, by=PLATFORM, at=expired).lapsed
    assert (stop.scope, stop.target, stop.ordered_by) == (StopScope.ORGANISATION, DEVELOPER.organisation, PLATFORM)
    assert "到期" in stop.note
    with pytest.raises(ProcessingStopped):
        service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=expired)
    again = service.recheck(ready.begin, by=PLATFORM, at=expired)
    assert (again.lapsed, again.restored) == ((), ())

    with ready.begin() as work:
        held = work.qualifications.get(DEVELOPER.organisation)
        renewed = qualified(until=date(2029, 12, 31))
        work.qualifications.save(replace(renewed, version=held.version))
    (lifted,) = service.recheck(ready.begin, by=PLATFORM, at=expired).restored
    assert lifted.id == stop.id
    service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=expired)


def test_evidence_that_ends_within_thirty_days_is_warned_of(ready: Office) -> None:
    ready.bring_into_force()
    end = datetime.fromisoformat("2027-12-31T23:59:59.999999+08:00")

    def colours(at: datetime) -> set[Colour]:
        seen = service.list_owed(ready.begin, by=DEVELOPER, at=at)
        return {owed.colour(at=at) for owed in seen if owed.noun == "qualification"}

    assert colours(end - timedelta(days=31)) == set()
    assert colours(end - timedelta(days=29)) == {Colour.AMBER}
    assert colours(end + timedelta(seconds=1)) == {Colour.RED}


def link(owner: str, owned: str) -> Affiliation:
    return Affiliation(
        id=AffiliationId(f"{owner}-{owned}"), owner=OrganisationId(owner), owned=OrganisationId(owned), basis="持股"
    )


def test_related_are_all_that_standing_links_tie_together_in_either_direction() -> None:
    ended = link("x", "a").end(reason="转让", by=BUREAU, at=LATER)
    links = [link("a", "b"), link("c", "b"), link("c", "d"), link("e", "f"), ended]
    assert related(OrganisationId("a"), links) == {"a", "b", "c", "d"}
    assert related(OrganisationId("f"), links) == {"e", "f"}
    assert related(OrganisationId("x"), links) == {"x"}


def test_a_link_needs_two_organisations_and_a_basis(ready: Office) -> None:
    for wrong in (replace(an_affiliation(), basis=" "), replace(an_affiliation(), owned=OPERATOR.organisation)):
        with pytest.raises(MaterialFlawed):
            wrong.recorded(by=BUREAU, at=LATER)
    with pytest.raises(NoSuch):
        service.record_affiliation(
            ready.begin, replace(an_affiliation(), owned=OrganisationId("none")), by=BUREAU, at=LATER
        )


@pytest.mark.article("M 15", "refused")
def test_the_operators_affiliates_do_not_re_develop_until_the_link_has_ended(ready: Office) -> None:
    service.record_affiliation(ready.begin, an_affiliation(), by=BUREAU, at=LATER)
    with pytest.raises(RelatedToOperator) as refusal:
        ready.submit()
    assert refusal.value.operator == OPERATOR.organisation
    service.end_affiliation(ready.begin, an_affiliation().id, reason="已转让", by=BUREAU, at=LATER)
    service.submit_application(ready.begin, A1, calendar=CALENDAR, by=DEVELOPER, at=LATER)


def test_nobody_checks_the_evidence_of_an_affiliate(ready: Office) -> None:
    service.record_affiliation(ready.begin, an_affiliation(), by=BUREAU, at=LATER)
    with pytest.raises(SelfApproval):
        service.accept_evidence(ready.begin, DEVELOPER.organisation, 1, by=OPERATOR, at=LATER)
