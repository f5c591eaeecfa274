"""Events for tests: say only what the test is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from logs.checkpoint import Checkpoint, Signer, checkpoint_event
from logs.merkle import Frontier, leaf_hash
from logs.model import Actor, ActorId, Event, EventId, OrganisationId, Role, Sealed

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


def a_checkpoint(links: Sequence[Sealed], signer: Signer) -> Event:
    """The checkpoint that covers these records, the first of a log."""
    end = links[-1]
    tree, _ = Frontier(end.hash).grown(leaf_hash(link.text.encode(), end.hash) for link in links)
    covering = Checkpoint(end.seq, end.seal, tree.root.hex(), end.hash)
    return checkpoint_event(covering, signer, id=EventId(f"c{end.seq}"), at=NOON)
