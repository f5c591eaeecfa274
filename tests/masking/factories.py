"""People and rule documents that tests speak of."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from logs.model import Actor, ActorId, OrganisationId, Role

NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def later(hours: int) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(hours=hours)


def an_actor(role: Role) -> Actor:
    """Somebody acting in that role."""
    return Actor(ActorId(f"{role}-1"), OrganisationId(f"org-{role}"), role)
