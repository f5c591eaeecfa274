"""What is owed, and reminders of it: whoever owes is warned, the bureau is told of what is over (Article 12)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from logs.model import Actor, OrganisationId, Role
from policies.calendar import XIAMEN
from policies.errors import ConcurrentChange, CourierFailed
from policies.model.reminders import Channel, Contact, Courier, Reminder
from policies.owed import Colour, Owed
from policies.service.acting import acting
from policies.service.standing import expiring
from policies.service.visible import OVERSEES, selection
from policies.service.work import Begin, Selection, Work
from policies.words import word


def list_owed(begin: Begin, *, by: Actor, at: datetime) -> tuple[Owed, ...]:
    """Everything that is owed and concerns the actor, what is due first at the top."""
    with acting(begin, "view", "deadline", by=by, at=at) as work:
        every = sorted(_owed(work, at=at), key=lambda owed: (owed.due, owed.id))
    return tuple(owed for owed in every if by.role in OVERSEES or owed.by == by.organisation)


def set_contact(begin: Begin, *, email: str, webhook: str, by: Actor, at: datetime) -> Contact:
    """Say where one's organisation wants to be reminded. Raises `MaterialFlawed`."""
    with acting(begin, "set", "contact", by.organisation, by=by, at=at) as work:
        known = work.contacts.find(by.organisation) or Contact(id=by.organisation)
        return work.contacts.save(known.set(email=email, webhook=webhook, by=by, at=at))


def list_reminders(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Reminder, ...]:
    """Reminders to one's organisation, or all for those who oversee, the newest first."""
    with acting(begin, "view", "reminder", by=by, at=at) as work:
        return work.reminders.list(selection(states=states, after=after, limit=limit, to=by))


def queue_reminders(begin: Begin, *, by: Actor, at: datetime) -> int:
    """Queue a reminder of all that turned amber or red, once to each organisation by each of its ways; how many."""
    with acting(begin, "queue", "reminder", by=by, at=at) as work:
        everybody = {found.id: found for found in work.organisations.list(Selection())}
        holding = {role: [id for id, found in everybody.items() if role in found.roles] for role in Role}
        queued = 0
        for owed in _owed(work, at=at):
            colour = owed.colour(at=at)
            if colour is Colour.GREEN:
                continue
            told = [owed.by] if owed.by else holding[Role.OPERATOR]
            if colour is Colour.RED:
                told = [*told, *holding[Role.BUREAU]]
            queued += _queue(work, owed, colour, dict.fromkeys(told), by=by, at=at)
        return queued


def deliver_reminders(begin: Begin, couriers: Mapping[Channel, Courier], *, by: Actor, at: datetime) -> int:
    """Send what is queued, one after the other, each taken by one sender alone; how many were sent."""
    with acting(begin, "queue", "reminder", by=by, at=at) as work:
        waiting = work.reminders.waiting(at=at)
    sent = 0
    for reminder in waiting:
        with suppress(ConcurrentChange):  # somebody else took it
            sent += _deliver(begin, reminder, couriers, by=by, at=at)
    return sent


def _deliver(begin: Begin, reminder: Reminder, couriers: Mapping[Channel, Courier], *, by: Actor, at: datetime) -> bool:
    with begin() as work:
        taken = work.reminders.save(reminder.claimed(by=by, at=at))
    courier = couriers.get(taken.channel)
    try:
        if courier is None:
            raise CourierFailed(taken.channel, "unconfigured")
        courier.deliver(taken)
    except CourierFailed as failed:
        with begin() as work:
            work.reminders.save(taken.failed(failed.error, by=by, at=at))
        return False
    with begin() as work:
        work.reminders.save(taken.sent(by=by, at=at))
    return True


def _queue(work: Work, owed: Owed, colour: Colour, to: Iterable[OrganisationId], *, by: Actor, at: datetime) -> int:
    queued = 0
    title, text = _message(owed, colour)
    for organisation in to:
        contact = work.contacts.find(organisation)
        for channel, address in (contact.addresses() if contact else {}).items():
            about = f"{owed.noun}:{owed.id}:{owed.act}:{owed.due.isoformat()}:{colour}"
            reminder = Reminder.queue(
                about, to=organisation, channel=channel, address=address, title=title, text=text, by=by, at=at
            )
            if work.reminders.find(reminder.id) is None:
                work.reminders.save(reminder)
                queued += 1
    return queued


def _owed(work: Work, *, at: datetime) -> Iterator[Owed]:
    for application in work.applications.due():
        if application.submission:
            since, due = application.submission.at, application.submission.due
            owner = None
            yield Owed(
                noun="application", id=application.id, act="decide", by=owner, since=since, due=due.at,
                provisional=due.provisional,
            )  # fmt: skip
    for agreement in work.agreements.due():
        if agreement.filing_due:
            due = agreement.filing_due
            since = max(made.at for made in agreement.signatures)
            yield Owed(
                noun="agreement", id=agreement.id, act="file", by=agreement.operator, since=since, due=due.at,
                provisional=due.provisional,
            )  # fmt: skip
    for stop in work.stops.due():
        yield Owed(
            noun="stop", id=stop.id, act="report", by=stop.ordered_by.organisation, since=stop.ordered_at,
            due=stop.report_due,
        )  # fmt: skip
    for matter in work.matters.due():
        if matter.due:
            yield Owed(
                noun=matter.noun, id=matter.id, act=matter.state, by=matter.addressee, since=matter.opened_at,
                due=matter.due.at, provisional=matter.due.provisional,
            )  # fmt: skip
    yield from expiring(work, at=at)


def _message(owed: Owed, colour: Colour) -> tuple[str, str]:
    due = owed.due.astimezone(XIAMEN).isoformat(" ", "minutes")[:16]
    zh = {Colour.AMBER: "即将到期", Colour.RED: "已超期"}[colour]
    en = {Colour.AMBER: "is due soon", Colour.RED: "is overdue"}[colour]
    title = f"{word(owed.noun, 'zh')}{zh} / {word(owed.noun, 'en')} {en}"
    text = (
        f"{word(owed.noun, 'zh')} {owed.id}：{word(owed.act, 'zh')}，期限 {due}（厦门时间），{zh}。\n"
        f"{word(owed.noun, 'en')} {owed.id}: {word(owed.act, 'en')}, by {due} Xiamen time, {en}.\n"
    )
    return title, text
