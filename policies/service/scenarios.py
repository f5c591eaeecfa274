"""Classes of scenario: demands gathered, one class decided once, the catalog published (Article 10)."""

from datetime import datetime

from logs.model import Actor
from policies.model import Opinion, Scenario, ScenarioId
from policies.model.stops import Stop, StopId, StopScope
from policies.service.acting import acting
from policies.service.work import Begin, Selection


def demand_scenario(
    begin: Begin, id: ScenarioId, *, category: str, title: str, purpose: str, by: Actor, at: datetime
) -> Scenario:
    """Ask for a class of scenario; where the class stands already the demand is added to it, decided or not.

    `id` is used when the class is new; the scenario that comes back may bear another. Raises `MaterialFlawed`.
    """
    with acting(begin, "demand", "scenario", id, by=by, at=at) as work:
        category = category.strip()
        standing = work.scenarios.of_category(category)
        scenario = standing or Scenario(id=id, category=category, title=title, purpose=purpose)
        return work.scenarios.save(scenario.demand(title=title, purpose=purpose, by=by, at=at))


def approve_scenario(
    begin: Begin, id: ScenarioId, *, reason: str = "", opinions: tuple[Opinion, ...] = (), by: Actor, at: datetime
) -> Scenario:
    """Decide for a class, once and for every later demand. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`."""
    with acting(begin, "approve", "scenario", id, by=by, at=at) as work:
        scenario = work.scenarios.get(id)
        return work.scenarios.save(scenario.approve(reason=reason, opinions=opinions, by=by, at=at))


def refuse_scenario(
    begin: Begin, id: ScenarioId, *, reason: str, opinions: tuple[Opinion, ...] = (), by: Actor, at: datetime
) -> Scenario:
    """Decide against a class. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed` without a reason."""
    with acting(begin, "refuse", "scenario", id, by=by, at=at) as work:
        scenario = work.scenarios.get(id)
        return work.scenarios.save(scenario.refuse(reason=reason, opinions=opinions, by=by, at=at))


def publish_scenario(begin: Begin, id: ScenarioId, *, by: Actor, at: datetime) -> Scenario:
    """Put an approved class into the scenario catalog. Raises `NoSuch`, `MoveNotAllowed`."""
    with acting(begin, "publish", "scenario", id, by=by, at=at) as work:
        return work.scenarios.save(work.scenarios.get(id).publish(by=by, at=at))


def withdraw_scenario(begin: Begin, id: ScenarioId, *, reason: str, by: Actor, at: datetime) -> tuple[Scenario, Stop]:
    """Take a class back: nothing new may rest on it, and a stop halts what does; running queries are the caller's to
    kill. Raises `NoSuch`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "withdraw", "scenario", id, by=by, at=at) as work:
        withdrawn = work.scenarios.save(work.scenarios.get(id).withdraw(reason=reason, by=by, at=at))
        stop = Stop.order(StopId(f"{id[:52]}.withdrawn"), StopScope.SCENARIO, id, note=reason, by=by, at=at)
        return withdrawn, work.stops.save(stop)


def view_scenario(begin: Begin, id: ScenarioId, *, by: Actor, at: datetime) -> Scenario:
    """One class of scenario. Raises `NoSuch`."""
    with acting(begin, "view", "scenario", id, by=by, at=at) as work:
        return work.scenarios.get(id)


def list_scenarios(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Scenario, ...]:
    """The scenario catalog, the newest first; everybody sees all of it."""
    with acting(begin, "view", "scenario", by=by, at=at) as work:
        return work.scenarios.list(Selection(None, states, after, limit))
