"""Organisations and the people who act for them (Measure, Articles 3 and 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from logs.model import Actor, ActorId, OrganisationId, Role
from policies.denials import NotActing, NotAParty, NotTheirsToAppoint
from policies.errors import MaterialFlawed, RoleNotHeld, RolesIncompatible
from policies.flaws import Flaw
from policies.model.recorded import Recorded, moved

KEY_DIGITS = 64


class Nature(StrEnum):
    """What a developer may be (Article 3)."""

    NATURAL_PERSON = "natural_person"
    LEGAL_PERSON = "legal_person"
    OTHER = "other_organisation"


DECIDES = frozenset({Role.BUREAU, Role.INFO_CENTER, Role.OPERATOR, Role.REGULATOR})
"""Roles that no organisation may hold beside `developer`: who decides or supplies does not develop."""

GIVES: Mapping[Role, frozenset[Role]] = {
    Role.SYSTEM: frozenset(Role) - {Role.SYSTEM},
    Role.BUREAU: frozenset(Role) - {Role.SYSTEM},
    Role.OPERATOR: frozenset({Role.DEVELOPER}),
}
"""Who may register organisations for, and appoint people to, which roles."""


def require_giving(giver: Role, roles: frozenset[Role]) -> None:
    """Raises `NotTheirsToAppoint` for a role that is not the giver's to give."""
    for role in sorted(roles - GIVES.get(giver, frozenset())):
        raise NotTheirsToAppoint(giver, role)


@dataclass(frozen=True, kw_only=True)
class Organisation(Recorded):
    """An organisation, or a natural person who develops, with the roles it may act in."""

    thing: ClassVar[str] = "organisation"

    id: OrganisationId
    title: str
    nature: Nature
    roles: frozenset[Role]
    code: str = ""  # the unified social credit code of a legal person or other organisation

    @classmethod
    def register(cls, found: "Organisation", *, by: Actor, at: datetime) -> "Organisation":
        """Put an organisation on record; raises `NotTheirsToAppoint`, `RolesIncompatible`."""
        require_giving(by.role, found.roles)
        if Role.DEVELOPER in found.roles and (deciding := found.roles & DECIDES):
            raise RolesIncompatible([Role.DEVELOPER, *sorted(deciding)])
        news = found.telling(
            "organisation.registered",
            at=at,
            by=by,
            party=found.id,
            title=found.title,
            nature=found.nature.value,
            roles=tuple(sorted(found.roles)),
        )
        return replace(found, news=news)


class PersonState(StrEnum):
    """Whether a person acts for anybody."""

    ACTING = "acting"
    DISMISSED = "dismissed"


class PersonMove(StrEnum):
    """What is done about a person."""

    APPOINT = "appoint"
    ENROL_KEY = "enrol_key"
    DISMISS = "dismiss"


PERSON_MOVES: Mapping[tuple[PersonState, PersonMove], PersonState] = {
    (PersonState.ACTING, PersonMove.ENROL_KEY): PersonState.ACTING,
    (PersonState.ACTING, PersonMove.DISMISS): PersonState.DISMISSED,
    (PersonState.DISMISSED, PersonMove.APPOINT): PersonState.ACTING,
}


@dataclass(frozen=True, kw_only=True)
class Person(Recorded):
    """A person, who acts for one organisation in one role at a time; `key` is the public key they sign with."""

    thing: ClassVar[str] = "person"

    id: ActorId
    title: str
    organisation: OrganisationId
    role: Role
    state: PersonState = PersonState.DISMISSED
    key: str | None = None

    @property
    def actor(self) -> Actor:
        """Whom the trail knows; raises `NotActing` when dismissed."""
        actor = Actor(self.id, self.organisation, self.role)
        self.require_acting(actor)
        return actor

    def require_acting(self, actor: Actor) -> None:
        """Raises `NotActing` unless the person acts for that organisation in that role now."""
        if self.state is not PersonState.ACTING or (self.organisation, self.role) != (actor.organisation, actor.role):
            raise NotActing(actor.id, actor.organisation, actor.role)

    def appoint(self, organisation: Organisation, role: Role, *, by: Actor, at: datetime) -> Self:
        """Let a person who acts for nobody act; raises `NotTheirsToAppoint`, `RoleNotHeld`, `MoveNotAllowed`.

        An operator appoints developers' people, and its own to its own role.
        """
        own = by.role is role and by.organisation == organisation.id
        if not own:
            require_giving(by.role, frozenset({role}))
        if role not in organisation.roles:
            raise RoleNotHeld(organisation.id, role)
        state = self._moved(PersonMove.APPOINT)
        news = self.telling("person.appointed", at=at, by=by, person=self.id, party=organisation.id, role=role.value)
        return replace(self, organisation=organisation.id, role=role, state=state, key=None, news=news)

    def enrol_key(self, key: str, *, by: Actor, at: datetime) -> Self:
        """Put the person's own public key (32 bytes in hexadecimal) on record; nobody else may."""
        if by.id != self.id:
            raise NotAParty(self.thing, self.id)
        if len(key) != KEY_DIGITS or not set(key) <= set("0123456789abcdef"):
            raise MaterialFlawed([_KEY_FLAW])
        news = self.telling("person.key_enrolled", at=at, by=by, person=self.id, key=key)
        return replace(self, state=self._moved(PersonMove.ENROL_KEY), key=key, news=news)

    def dismiss(self, *, by: Actor, at: datetime, reason: str = "") -> Self:
        """End the person's acting; the next appointment may be anywhere."""
        if by.organisation != self.organisation:
            require_giving(by.role, frozenset({self.role}))
        facts = {"person": self.id, "party": self.organisation, "role": self.role.value, "reason": reason}
        news = self.telling("person.dismissed", at=at, by=by, **facts)
        return replace(self, state=self._moved(PersonMove.DISMISS), news=news)

    def _moved(self, move: PersonMove) -> PersonState:
        return moved(PERSON_MOVES, self.state, move, thing=self.thing, id=self.id)


_KEY_FLAW = Flaw(
    "key-malformed",
    "key",
    {"zh": "公钥应为 32 字节的小写十六进制", "en": "a public key is 32 bytes in lower-case hexadecimal"},
    {"zh": "提交 Ed25519 公钥的 64 位十六进制", "en": "send the 64 hexadecimal digits of an Ed25519 public key"},
)
