"""Who sees whose applications and agreements: one's own, unless one oversees."""

from collections.abc import Set

from logs.model import Actor, OrganisationId, Role
from policies.errors import NoSuch
from policies.service.work import Selection

OVERSEES = frozenset({Role.BUREAU, Role.INFO_CENTER, Role.OPERATOR, Role.REGULATOR, Role.SYSTEM})
"""Roles that see what every organisation asked for (Articles 5, 12 and 23)."""


def require_visible(thing: str, id: str, sides: Set[OrganisationId], *, to: Actor) -> None:
    """Raises `NoSuch`, as if it were not there, for somebody who may not see it."""
    if to.role not in OVERSEES and to.organisation not in sides:
        raise NoSuch(thing, id)


def selection(
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    noun: str | None = None,
    to: Actor,
) -> Selection:
    """What the actor may see of a list."""
    return Selection(None if to.role in OVERSEES else to.organisation, states, after, limit, noun)
