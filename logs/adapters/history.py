"""What the log holds of a stretch of time, sealed or not: for statements and reports that must agree with it."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, or_, select

from logs.adapters.database import inbox, ledger
from logs.canonical import told_in
from logs.model import Event


class History:
    """`logs.service.History` on a connection whose transaction the caller owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def between(self, since: datetime, until: datetime, *, kinds: Collection[str]) -> Iterator[Event]:
        """Events of those kinds from `since` on and before `until`, each once.

        The inbox is read first: what is sealed meanwhile is then found twice and told once, and never missed.
        """
        seen: set[str] = set()
        for table, place in ((inbox, inbox.c.position), (ledger, ledger.c.seq)):
            for text in self._connection.scalars(_wanted(table, since, until, kinds).order_by(place)).all():
                event = told_in(text)
                if event.kind in kinds and event.id not in seen:
                    seen.add(event.id)
                    yield event


def _wanted(table: Table, since: datetime, until: datetime, kinds: Collection[str]) -> Select[Any]:
    spoken = or_(*(table.c.text.contains(f'"kind":"{kind}"', autoescape=True) for kind in sorted(kinds)))
    return select(table.c.text).where(table.c.at >= since, table.c.at < until, spoken)
