"""Deadlines and reminders: coloured, told once, tried until taken, over real SMTP and HTTP."""

import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
import pytest

from logs.model import Role
from policies import service
from policies.adapters.couriers import SmtpCourier, WebhookCourier
from policies.denials import NotPermitted
from policies.errors import ConcurrentChange, CourierFailed, MaterialFlawed
from policies.model import ApplicationId
from policies.model.reminders import FIRST_WAIT, LEASE, PATIENCE, Channel, Reminder
from policies.model.stops import StopScope
from policies.owed import Colour
from tests.policies.conftest import Office
from tests.policies.factories import BUREAU, DEVELOPER, LATER, MONDAY, OPERATOR, PERSON, PLATFORM, RIVAL, a_reminder

DUE = datetime.fromisoformat("2026-11-30T23:59:59.999999+08:00")


@dataclass
class Postbox:
    """A courier that keeps what it is given, once it works."""

    works: bool = True
    taken: list[Reminder] = field(default_factory=list)

    def deliver(self, reminder: Reminder) -> None:
        if not self.works:
            raise CourierFailed(reminder.channel, "down")
        self.taken.append(reminder)


def queue(office: Office, at: datetime) -> int:
    return service.queue_reminders(office.begin, by=PLATFORM, at=at)


def deliver(office: Office, box: Postbox, at: datetime) -> int:
    return service.deliver_reminders(office.begin, {Channel.EMAIL: box}, by=PLATFORM, at=at)


@pytest.fixture
def waiting(ready: Office) -> Office:
    """An application to decide by the 30th; operator and bureau have an e-mail address."""
    ready.submit()
    for actor in (OPERATOR, BUREAU):
        service.set_contact(ready.begin, email=f"duty@{actor.organisation}.cn", webhook="", by=actor, at=MONDAY)
    return ready


@pytest.mark.article("M 12", "allowed")
def test_what_is_owed_turns_amber_in_its_last_day_and_red_once_it_is_over(waiting: Office) -> None:
    def colour(at: datetime) -> Colour:
        (owed,) = service.list_owed(waiting.begin, by=OPERATOR, at=at)
        assert (owed.noun, owed.act, owed.due) == ("application", "decide", DUE)
        return owed.colour(at=at)

    assert colour(MONDAY) is Colour.GREEN
    assert colour(DUE - timedelta(days=1)) is Colour.AMBER
    assert colour(DUE) is Colour.AMBER
    assert colour(DUE + timedelta(seconds=1)) is Colour.RED
    service.withdraw_application(waiting.begin, waiting_id(waiting), by=DEVELOPER, at=LATER)
    assert service.list_owed(waiting.begin, by=OPERATOR, at=LATER) == ()


def waiting_id(office: Office) -> ApplicationId:
    (application,) = service.list_applications(office.begin, by=OPERATOR, at=LATER)
    return application.id


def test_every_kind_of_debt_is_on_the_list_and_one_sees_ones_own(waiting: Office) -> None:
    waiting.stop(StopScope.RESOURCE, PERSON)
    waiting.bring_into_force("a2")
    seen = {owed.noun for owed in service.list_owed(waiting.begin, by=BUREAU, at=LATER)}
    assert seen == {"application", "agreement", "stop"}
    assert {owed.noun for owed in service.list_owed(waiting.begin, by=DEVELOPER, at=LATER)} == {"stop"}
    assert service.list_owed(waiting.begin, by=RIVAL, at=LATER) == ()


def test_whoever_owes_is_warned_once_and_the_bureau_told_once_it_is_over(waiting: Office) -> None:
    box = Postbox()
    assert queue(waiting, MONDAY) == 0
    amber, red = DUE - timedelta(hours=5), DUE + timedelta(minutes=1)
    assert (queue(waiting, amber), queue(waiting, amber + timedelta(hours=1))) == (1, 0)
    assert deliver(waiting, box, amber) == 1
    assert deliver(waiting, box, amber) == 0
    assert (queue(waiting, red), queue(waiting, red)) == (2, 0)
    assert deliver(waiting, box, red) == 2
    assert [reminder.to for reminder in box.taken] == ["operator", *sorted(["bureau", "operator"], key=_id(box))]
    assert "即将到期" in box.taken[0].text
    assert "is overdue" in box.taken[1].text
    assert len(waiting.events("reminder.sent")) == 3


def _id(box: Postbox) -> Callable[[str], str]:
    return lambda to: next(reminder.id for reminder in box.taken[1:] if reminder.to == to)


def test_what_cannot_be_delivered_is_tried_again_later_each_time_and_never_lost(waiting: Office) -> None:
    box = Postbox(works=False)
    at = DUE - timedelta(hours=5)
    queue(waiting, at)
    for wait in (FIRST_WAIT * 2, FIRST_WAIT * 4, FIRST_WAIT * 8):
        assert deliver(waiting, box, at) == 0
        (reminder,) = service.list_reminders(waiting.begin, by=OPERATOR, at=at)
        assert reminder.next_at == at + wait
        assert deliver(waiting, box, at) == 0
        at += wait
    box.works = True
    assert deliver(waiting, box, at) == 1
    (reminder,) = service.list_reminders(waiting.begin, by=OPERATOR, at=at)
    assert (reminder.state, reminder.tries) == ("sent", 4)
    assert {event.facts["error"] for event in waiting.events("reminder.failed")} == {"down"}


def test_the_wait_between_two_tries_has_a_bound() -> None:
    reminder = replace(a_reminder(), tries=50)
    assert reminder.failed("down", by=PLATFORM, at=LATER).next_at == LATER + PATIENCE


def test_a_reminder_is_taken_by_one_sender_alone_and_again_when_that_one_died(waiting: Office) -> None:
    at = DUE - timedelta(hours=5)
    queue(waiting, at)
    with waiting.begin() as work:
        (reminder,) = work.reminders.waiting(at=at)
        work.reminders.save(reminder.claimed(by=PLATFORM, at=at))
    with pytest.raises(ConcurrentChange), waiting.begin() as work:
        work.reminders.save(reminder.claimed(by=PLATFORM, at=at))
    box = Postbox()
    assert deliver(waiting, box, at + LEASE - timedelta(seconds=1)) == 0
    assert deliver(waiting, box, at + LEASE) == 1


@pytest.mark.article("M 12", "refused")
def test_an_address_that_is_none_is_refused_and_nobody_queues_but_the_platform(ready: Office) -> None:
    with pytest.raises(MaterialFlawed) as refusal:
        service.set_contact(ready.begin, email="a b@c\n", webhook="http://operator.cn", by=OPERATOR, at=LATER)
    assert [flaw.place for flaw in refusal.value.flaws] == ["email", "webhook"]
    for actor in (OPERATOR, BUREAU, DEVELOPER):
        with pytest.raises(NotPermitted):
            service.queue_reminders(ready.begin, by=actor, at=LATER)
    assert Role.SYSTEM is PLATFORM.role


class Mail(socketserver.StreamRequestHandler):
    """As much of a mail server as a client asks for."""

    server: "MailServer"

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                told = []
                while (text := self.rfile.readline()).strip() != b".":
                    told.append(text)
                self.server.received.append(b"".join(told))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else self.server.answers.get(verb, b"250 ok\r\n"))
            if verb == b"QUIT":
                return


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it receives."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mail)
        self.received: list[bytes] = []
        self.answers: dict[bytes, bytes] = {}


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server of our own."""
    with MailServer() as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def test_a_message_over_smtp_bears_the_reminders_id_and_a_refusal_is_told(mail: MailServer) -> None:
    courier = SmtpCourier("127.0.0.1", mail.server_address[1], "sandbox@example.cn", tls=False)
    courier.deliver(a_reminder())
    (received,) = mail.received
    assert f"Message-ID: <{a_reminder().id}@example.cn>".encode() in received
    assert b"To: duty@operator.cn" in received
    mail.answers[b"RCPT"] = b"550 no\r\n"
    with pytest.raises(CourierFailed, match="SMTPRecipientsRefused"):
        courier.deliver(a_reminder())
    with pytest.raises(CourierFailed):
        SmtpCourier("127.0.0.1", 1, "sandbox@example.cn").deliver(a_reminder())


def test_a_webhook_is_signed_and_goes_to_listed_hosts_alone() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(500 if len(asked) > 1 else 204)

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        courier = WebhookCourier(b"secret", ("operator.cn",), client)
        reminder = replace(a_reminder(), channel=Channel.WEBHOOK, address="https://operator.cn/r")
        courier.deliver(reminder)
        with pytest.raises(CourierFailed, match="host-not-listed"):
            courier.deliver(replace(reminder, address="https://169.254.169.254/r"))
        with pytest.raises(CourierFailed, match="status 500"):
            courier.deliver(reminder)
    (request, _) = asked
    assert json.loads(request.content)["id"] == reminder.id == request.headers["idempotency-key"]
    made = hmac.new(b"secret", request.content, hashlib.sha256).hexdigest()
    assert request.headers["x-signature-sha256"] == made
