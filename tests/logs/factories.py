"""Events for tests: say only what the test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from logs.model import Actor, ActorId, Event, EventId, OrganisationId, Role

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ANALYST = Actor(ActorId("lin"), OrganisationId("xiamen-mobility"), Role.DEVELOPER)


def an_event(number: int = 1, **changes: Any) -> Event:
    """A query run by an analyst, `number` seconds past noon."""
    values: dict[str, Any] = {
        "id": EventId(f"e{number}"),
        "kind": "query.run",
        "at": NOON + timedelta(seconds=number),
        "by": ANALYST,
        "subject": f"query:q{number}",
        "facts": {"query": f"q{number}", "agreement": "a1", "resources": ("bike", "person"), "rows": number},
    }
    return Event(**(values | changes))
