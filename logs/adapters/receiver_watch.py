"""The bureau's watch on the receiver: alerts with their ends, freezes, rules as data, a live feed, counts over time."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from threading import Event, Thread
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.params import Depends as Dependency
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from logs.adapters.archive import archive_view
from logs.adapters.evidence import write_lines
from logs.adapters.watch_tables import counts_over_time, heard, watch_work
from logs.canonical import moment
from logs.errors import Language, Refusal
from logs.monitoring import watch
from logs.monitoring.alert import Alert, AlertState, Order
from logs.monitoring.document import DEFAULT, read_rules, shipped_rules
from logs.monitoring.errors import AlertMoveImpossible, AlertRulesWrong, AlertUnknown, NotConfirmed, NothingToFreeze
from logs.monitoring.rule import Rule
from logs.reception import Filter

LOOK_SECONDS = 1.0
FEED_SECONDS = 0.5
FEED_PAGE = 200

STATUS: dict[type[Refusal], int] = {
    AlertUnknown: 404,
    AlertMoveImpossible: 409,
    NothingToFreeze: 409,
    NotConfirmed: 409,
    AlertRulesWrong: 422,
}


class Ending(BaseModel):
    """Who ends an alert, and why."""

    by: str = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=2000)


class Freezing(Ending):
    """Who orders a freeze, why, and the one confirmation."""

    confirm: bool = False


class Owning(BaseModel):
    """Who answers for an alert."""

    owner: str = Field(min_length=1, max_length=100)


class Declined(BaseModel):
    """Why the platform could not carry an order out: the type of its refusal."""

    reason: str = Field(min_length=1, max_length=200)


def watching(
    engine: Engine,
    clock: Callable[[], datetime],
    *,
    may_read: list[Dependency],
    may_deliver: list[Dependency],
) -> APIRouter:
    """The routes of the bureau's watch; orders are fetched by whoever delivers."""
    begin, view = watch_work(engine), archive_view(engine)
    routes = APIRouter()

    @routes.get("/alerts", dependencies=may_read)
    def alerts(
        state: Annotated[list[AlertState], Query()] = [],  # noqa: B006 read only
        before: int | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[dict[str, Any]]:
        with begin() as work:
            found = work.alerts.listed(states=[each.value for each in state], before=before, limit=limit)
        return [told(alert) for alert in found]

    @routes.get("/alerts/{number}", dependencies=may_read)
    def alert(number: int) -> dict[str, Any]:
        with begin() as work:
            found = work.alerts.get(number)
            orders = [order for order in work.alerts.orders(pending=False) if order.alert == number]
        return told(found) | {"orders": [told_order(order) for order in orders]}

    @routes.post("/alerts/{number}/owner", dependencies=may_read)
    def owner(number: int, asked: Owning) -> dict[str, Any]:
        return told(watch.take(begin, number, owner=asked.owner))

    @routes.post("/alerts/{number}/closing", dependencies=may_read)
    def closing(number: int, asked: Ending) -> dict[str, Any]:
        return told(watch.close(begin, number, by=asked.by, reason=asked.reason, at=clock()))

    @routes.post("/alerts/{number}/freeze", status_code=201, dependencies=may_read)
    def freezing(number: int, asked: Freezing) -> dict[str, Any]:
        order = watch.order_freeze(
            begin, number, id=uuid4().hex, by=asked.by, reason=asked.reason, confirmed=asked.confirm, at=clock()
        )
        return told_order(order)

    @routes.get("/alert-rules", dependencies=may_read)
    def rules() -> Response:
        with begin() as work:
            text = work.alerts.rules()
        return Response(text or DEFAULT.read_text(encoding="utf-8"), media_type="application/yaml")

    @routes.put("/alert-rules", dependencies=may_read)
    def other_rules(text: Annotated[str, Body(media_type="application/yaml", max_length=1 << 20)]) -> dict[str, Any]:
        found = read_rules(text)
        with begin() as work:
            work.alerts.save_rules(text, at=clock())
        return {"rules": [rule.id for rule in found]}

    @routes.get("/orders", dependencies=may_deliver)
    def orders() -> list[dict[str, Any]]:
        heard(engine, at=clock())
        with begin() as work:
            return [told_order(order) for order in work.alerts.orders(pending=True)]

    @routes.post("/orders/{id}/refusal", dependencies=may_deliver)
    def refusal(id: str, asked: Declined) -> dict[str, Any] | None:
        order = watch.decline(begin, id, reason=asked.reason)
        return None if order is None else told_order(order)

    @routes.get("/live", dependencies=may_read)
    def live(after: Annotated[int | None, Query(ge=0)] = None, most: int | None = None) -> StreamingResponse:
        def feed() -> Iterator[str]:
            with view() as work:
                seen = work.archive.head().seq if after is None else after
            left = most
            while left is None or left > 0:
                with view() as work:
                    found = work.archive.search(Filter(after=seen, limit=min(FEED_PAGE, left or FEED_PAGE)))
                for link, line in zip(found, write_lines(found), strict=True):
                    yield f"id: {link.seq}\nevent: {link.event.kind}\ndata: {line.rstrip()}\n\n"
                    seen = link.seq
                left = None if left is None else left - len(found)
                if not found:
                    yield ": \n\n"  # a comment shows a closed connection
                    time.sleep(FEED_SECONDS)

        return StreamingResponse(feed(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @routes.get("/counts", dependencies=may_read)
    def counts(
        by: Literal["hour", "day", "month"] = "hour",
        kind: Annotated[list[str], Query()] = [],  # noqa: B006 read only
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
    ) -> list[dict[str, Any]]:
        rows = counts_over_time(engine, by=by, kinds=kind, since=since, until=until)
        return [{"from": start, "kind": name, "records": count} for start, name, count in rows]

    return routes


def refused(request: Request, refusal: Exception) -> Response:
    """What is not done, by RFC 9457, in the reader's language."""
    assert isinstance(refusal, Refusal)  # noqa: S101 set up for refusals alone
    language: Language = "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"
    body = {
        "type": f"/problems/{refusal.kind}",
        "title": refusal.title[language],
        "status": STATUS[type(refusal)],
        "detail": refusal.detail(language),
        "remedy": refusal.remedy(language),
    }
    return JSONResponse(body, STATUS[type(refusal)], media_type="application/problem+json")


class Watch:
    """Looks at what was delivered every second, in a thread of its own, with the rules in use."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._begin, self._clock, self._over = watch_work(engine), clock, Event()
        self._watcher = watch.Watcher(shipped_rules())
        self._text: str | None = None
        self._thread = Thread(target=self._go_on, name="watch", daemon=True)

    def start(self) -> None:
        """Begin; the windows are filled from the records at hand."""
        self._thread.start()

    def stop(self) -> None:
        """End after the look under way."""
        self._over.set()
        self._thread.join()

    def look(self) -> tuple[Alert, ...]:
        """One look; rules changed meanwhile are read anew, and their windows with them."""
        with self._begin() as work:
            text = work.alerts.rules()
        if text != self._text:
            self._watcher, self._text = watch.Watcher(_rules(text)), text
        return watch.watch(self._begin, self._watcher, at=self._clock())

    def _go_on(self) -> None:
        while not self._over.is_set():
            with suppress(OperationalError):  # a busy database is asked again
                self.look()
            self._over.wait(LOOK_SECONDS)


def _rules(text: str | None) -> tuple[Rule, ...]:
    return shipped_rules() if text is None else read_rules(text)


def told(alert: Alert) -> dict[str, Any]:
    """An alert as it is told."""
    return {
        "number": alert.number,
        "rule": alert.rule,
        "subject": alert.subject,
        "severity": alert.severity,
        "state": alert.state.value,
        "measure": alert.measure,
        "records": list(alert.seqs),
        "first_at": moment(alert.first_at),
        "last_at": moment(alert.last_at),
        "times": alert.times,
        "owner": alert.owner,
        "reason": alert.reason,
        "closed_at": moment(alert.closed_at) if alert.closed_at else None,
    }


def told_order(order: Order) -> dict[str, Any]:
    """An order as it is told."""
    return {
        "id": order.id,
        "alert": order.alert,
        "scope": order.scope,
        "target": order.target,
        "by": order.by,
        "reason": order.reason,
        "at": moment(order.at),
        "confirmed": order.confirmed,
        "declined": order.declined,
    }
