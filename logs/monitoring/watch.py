"""Watching what is delivered: each record is seen once, each rule keeps its window, alerts rise, grow and end."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from logs.model import Sealed
from logs.monitoring.alert import Alert, Order, freeze
from logs.monitoring.errors import NotConfirmed
from logs.monitoring.patterns import Finding, Seen, findings
from logs.monitoring.rule import Pattern, Rule
from logs.reception import Filter

PAGE = 1000
MOST_KEPT = 20_000  # records a rule keeps of its window; the oldest give way
STOPPED = "stop.ordered"


class Records(Protocol):
    """The delivered records, to be read."""

    def search(self, wanted: Filter) -> Sequence[Sealed]:
        """The records wanted, in order."""

    def heard_at(self) -> datetime | None:
        """When the platform was last heard of."""


class Alerts(Protocol):
    """Alerts and orders on record."""

    def open(self) -> Sequence[Alert]:
        """Those that somebody still has to end."""

    def get(self, number: int) -> Alert:
        """That alert; raises `AlertUnknown`."""

    def listed(self, *, states: Sequence[str], before: int | None, limit: int) -> Sequence[Alert]:
        """Alerts, the newest first; all states where none is named."""

    def save(self, alert: Alert) -> Alert:
        """Keep it; a new one gets its number."""

    def order(self, id: str) -> Order | None:
        """The order of that id."""

    def orders(self, *, pending: bool) -> Sequence[Order]:
        """Orders, the oldest first; only those not settled where `pending`."""

    def save_order(self, order: Order) -> None:
        """Keep it, new or settled."""

    def rules(self) -> str | None:
        """The document of rules in use; `None` for those that ship."""

    def save_rules(self, text: str, *, at: datetime) -> None:
        """Use another document of rules from now on."""


class Work(Protocol):
    """A unit of work that reaches records and alerts."""

    @property
    def archive(self) -> Records: ...
    @property
    def alerts(self) -> Alerts: ...


Begin = Callable[[], AbstractContextManager[Work]]


@dataclass
class Watcher:
    """The windows of the rules in use, kept in memory: they follow from the records and can be read again."""

    rules: tuple[Rule, ...]
    seen: int = 0
    windows: dict[str, deque[Sealed]] = field(default_factory=dict)

    def see(self, links: Iterable[Sealed]) -> frozenset[str]:
        """Take records into the windows of the rules they concern; the ids of those rules."""
        touched = set()
        for link in links:
            self.seen = link.seq
            for rule in self.rules:
                if rule.concerns(link):
                    self.windows.setdefault(rule.id, deque(maxlen=MOST_KEPT)).append(link)
                    touched.add(rule.id)
        return frozenset(touched)

    def find(self, touched: frozenset[str], *, at: datetime, heard_at: datetime | None) -> list[tuple[Rule, Finding]]:
        """What the touched rules find now, and whether the platform is silent."""
        found = []
        for rule in self.rules:
            if rule.id in touched or rule.pattern is Pattern.SILENT:
                window = self.windows.get(rule.id, deque())
                while window and window[0].event.at <= at - rule.window:
                    window.popleft()
                found += [(rule, each) for each in findings(rule, Seen(tuple(window), at, heard_at))]
        return found


def watch(begin: Begin, watcher: Watcher, *, at: datetime) -> tuple[Alert, ...]:
    """Look at what was delivered since the last look; the alerts that rose or grew. An order obeyed is settled."""
    links, heard_at = _new(begin, watcher)
    found = watcher.find(watcher.see(links), at=at, heard_at=heard_at)
    stops = {id: link.seq for link in links if link.event.kind == STOPPED and (id := _stop(link))}
    if not found and not stops:
        return ()
    with begin() as work:
        for order in work.alerts.orders(pending=True) if stops else ():
            if order.id in stops:
                work.alerts.save_order(replace(order, confirmed=stops[order.id]))
        known = {(alert.rule, alert.subject): alert for alert in work.alerts.open()}
        return tuple(
            saved for rule, finding in found if (saved := _keep(work.alerts, known, rule, finding, at=at)) is not None
        )


def _new(begin: Begin, watcher: Watcher) -> tuple[list[Sealed], datetime | None]:
    links: list[Sealed] = []
    with begin() as work:
        while page := work.archive.search(Filter(after=links[-1].seq if links else watcher.seen, limit=PAGE)):
            links += page
        return links, work.archive.heard_at()


def _keep(
    alerts: Alerts, known: dict[tuple[str, str], Alert], rule: Rule, finding: Finding, *, at: datetime
) -> Alert | None:
    before = known.get((rule.id, finding.subject))
    after = Alert.raised(finding, severity=rule.severity, at=at) if before is None else before.again(finding, at=at)
    return None if after is before else alerts.save(after)


def _stop(link: Sealed) -> str:
    said = link.event.facts.get("stop")
    return said if isinstance(said, str) else ""


def take(begin: Begin, number: int, *, owner: str) -> Alert:
    """Somebody answers for the alert from now on. Raises `AlertUnknown`, `AlertMoveImpossible`."""
    with begin() as work:
        return work.alerts.save(work.alerts.get(number).take(owner))


def close(begin: Begin, number: int, *, by: str, reason: str, at: datetime) -> Alert:
    """End an alert, with the reason. Raises `AlertUnknown`, `AlertMoveImpossible`."""
    with begin() as work:
        return work.alerts.save(work.alerts.get(number).close(by=by, reason=reason, at=at))


def order_freeze(begin: Begin, number: int, *, id: str, by: str, reason: str, confirmed: bool, at: datetime) -> Order:
    """Order the platform to stop what an alert is about; whoever orders it answers for the alert.

    Raises `NotConfirmed` saying what would be stopped, `AlertUnknown`, `NothingToFreeze`.
    """
    with begin() as work:
        alert = work.alerts.get(number)
        order = freeze(alert, id=id, by=by, reason=reason, at=at)
        if not confirmed:
            raise NotConfirmed(order.scope, order.target)
        if alert.open:
            work.alerts.save(alert.take(by))
        work.alerts.save_order(order)
    return order


def decline(begin: Begin, id: str, *, reason: str) -> Order | None:
    """The platform could not carry an order out: kept with its reason; `None` for an order nobody gave."""
    with begin() as work:
        order = work.alerts.order(id)
        if order is None or order.settled:
            return order
        declined = replace(order, declined=reason)
        work.alerts.save_order(declined)
    return declined
