"""Freezes that the bureau ordered out of alerts on the resource platform: carried out here, confirmed by the record."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.exc import OperationalError

from api.wiring import Platform
from api.wiring_logs import OrderBox
from logs.errors import ReceiverUnavailable, Refusal
from logs.model import Actor, ActorId, Role
from logs.monitoring.alert import Order
from policies import service
from policies.denials import NotActing
from policies.errors import DoneAlready, NoSuch
from policies.model.stops import Stop, StopId, StopScope
from sandbox.stopping import halt

LOOK_SECONDS = 0.5


@contextmanager
def obeying(platform: Platform, box: OrderBox, told: threading.Event) -> Iterator[None]:
    """Meanwhile: what the bureau orders is carried out."""

    def go_on() -> None:
        while not told.wait(LOOK_SECONDS):
            with suppress(ReceiverUnavailable, OperationalError):  # both are asked again
                obey(platform, box, at=platform.clock())

    doing = threading.Thread(target=go_on, name="orders")
    doing.start()
    try:
        yield
    finally:
        told.set()
        doing.join()


def obey(platform: Platform, box: OrderBox, *, at: datetime) -> int:
    """Carry out what is pending; how many orders were obeyed. An order that cannot be is declined with its reason.

    The record of the stop, once delivered, is what confirms it; until then the order is met again and halts again.
    """
    obeyed = 0
    for order in box.pending():
        try:
            stop, by = _stop(platform, order, at=at)
        except Refusal as refusal:
            box.decline(order.id, refusal.kind)
            continue
        halt(platform.domain, stop, by=by, at=at)
        obeyed += 1
    return obeyed


def _stop(platform: Platform, order: Order, *, at: datetime) -> tuple[Stop, Actor]:
    """The stop that the order asks for, ordered by the person of the bureau who stands on record here."""
    by = _bureau(platform, order)
    id, note = StopId(order.id), f"预警 {order.alert}：{order.reason}"
    try:
        scope = StopScope(order.scope)
        return service.order_stop(platform.begin, id, scope=scope, target=order.target, note=note, by=by, at=at), by
    except DoneAlready:
        return service.view_stop(platform.begin, id, by=by, at=at), by
    except ValueError:
        raise NoSuch("stop", order.scope) from None


def _bureau(platform: Platform, order: Order) -> Actor:
    with platform.reading() as work:
        by = work.people.get(ActorId(order.by)).actor
    if by.role is not Role.BUREAU:
        raise NotActing(by.id, by.organisation, Role.BUREAU)
    return by
