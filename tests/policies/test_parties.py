"""A person acts for one organisation in one role at a time; who decides does not develop."""

import pytest

from logs.model import Role
from policies.denials import NotActing, NotAParty, NotTheirsToAppoint
from policies.errors import MaterialFlawed, MoveNotAllowed, RoleNotHeld, RolesIncompatible
from policies.model import Organisation, PersonState
from tests.policies.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    KEY,
    LATER,
    MONDAY,
    OPERATOR,
    PLATFORM,
    RIVAL,
    a_person,
    an_organisation,
    someone,
)


def test_an_organisation_is_registered_with_the_roles_it_may_act_in() -> None:
    registered = Organisation.register(an_organisation(), by=OPERATOR, at=MONDAY)
    (news,) = registered.news
    assert (news.kind, news.facts["roles"]) == ("organisation.registered", ("developer",))


@pytest.mark.parametrize("deciding", [Role.OPERATOR, Role.BUREAU, Role.INFO_CENTER, Role.REGULATOR])
def test_an_organisation_that_decides_or_supplies_cannot_also_develop(deciding: Role) -> None:
    both = an_organisation(roles=frozenset({Role.DEVELOPER, deciding}))
    with pytest.raises(RolesIncompatible):
        Organisation.register(both, by=BUREAU, at=MONDAY)


@pytest.mark.parametrize("role", list(Role))
def test_the_operator_registers_developers_alone_and_the_bureau_every_party(role: Role) -> None:
    organisation = an_organisation(roles=frozenset({role}))
    if role is Role.DEVELOPER:
        assert Organisation.register(organisation, by=OPERATOR, at=MONDAY).news
    else:
        with pytest.raises(NotTheirsToAppoint):
            Organisation.register(organisation, by=OPERATOR, at=MONDAY)
    if role is Role.SYSTEM:
        with pytest.raises(NotTheirsToAppoint):
            Organisation.register(organisation, by=BUREAU, at=MONDAY)
    else:
        assert Organisation.register(organisation, by=BUREAU, at=MONDAY).news


def test_a_person_acts_for_one_organisation_until_dismissed() -> None:
    acting = a_person().appoint(an_organisation(), Role.DEVELOPER, by=OPERATOR, at=MONDAY)
    assert acting.actor == DEVELOPER
    with pytest.raises(MoveNotAllowed):
        acting.appoint(an_organisation("rival"), Role.DEVELOPER, by=OPERATOR, at=LATER)

    dismissed = acting.dismiss(by=OPERATOR, at=LATER, reason="离职")
    with pytest.raises(NotActing):
        _ = dismissed.actor
    elsewhere = dismissed.appoint(an_organisation("rival"), Role.DEVELOPER, by=OPERATOR, at=LATER)
    assert elsewhere.actor.organisation == "rival"
    with pytest.raises(NotActing):
        elsewhere.require_acting(DEVELOPER)


def test_nobody_is_appointed_to_a_role_that_the_organisation_does_not_hold() -> None:
    with pytest.raises(RoleNotHeld):
        a_person().appoint(an_organisation(), Role.REVIEWER, by=BUREAU, at=MONDAY)


def test_the_operator_appoints_developers_and_its_own_people_and_nobody_else() -> None:
    own = an_organisation(OPERATOR.organisation, roles=frozenset({Role.OPERATOR}))
    another = an_organisation("another", roles=frozenset({Role.OPERATOR}))
    bureau = an_organisation(BUREAU.organisation, roles=frozenset({Role.BUREAU}))
    new = a_person(someone(Role.OPERATOR, "new", OPERATOR.organisation))
    assert new.appoint(own, Role.OPERATOR, by=OPERATOR, at=MONDAY).state is PersonState.ACTING
    for organisation, role in ((another, Role.OPERATOR), (bureau, Role.BUREAU)):
        with pytest.raises(NotTheirsToAppoint):
            new.appoint(organisation, role, by=OPERATOR, at=MONDAY)
        assert new.appoint(organisation, role, by=PLATFORM, at=MONDAY).state is PersonState.ACTING


def test_the_operator_does_not_dismiss_the_bureaus_people() -> None:
    official = a_person(BUREAU, state=PersonState.ACTING)
    with pytest.raises(NotTheirsToAppoint):
        official.dismiss(by=OPERATOR, at=LATER)


def test_a_key_is_enrolled_by_its_owner_alone_and_forgotten_with_a_new_post() -> None:
    person = a_person(state=PersonState.ACTING)
    enrolled = person.enrol_key(KEY, by=DEVELOPER, at=MONDAY)
    assert enrolled.key == KEY
    for other in (COLLEAGUE, RIVAL, OPERATOR):
        with pytest.raises(NotAParty):
            person.enrol_key(KEY, by=other, at=MONDAY)
    again = enrolled.dismiss(by=OPERATOR, at=LATER).appoint(an_organisation(), Role.DEVELOPER, by=OPERATOR, at=LATER)
    assert again.key is None


@pytest.mark.parametrize("key", ["", "b" * 63, "B" * 64, "g" * 64])
def test_a_malformed_key_is_refused(key: str) -> None:
    with pytest.raises(MaterialFlawed, match="32 bytes"):
        a_person(state=PersonState.ACTING).enrol_key(key, by=DEVELOPER, at=MONDAY)
