"""Reminders over SMTP and HTTPS; both carry the reminder's id, so that what comes twice is known for it."""

import hashlib
import hmac
import json
import smtplib
from collections.abc import Collection
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

import httpx

from policies.errors import CourierFailed
from policies.model.reminders import Channel, Reminder

SECONDS = 10.0


@dataclass(frozen=True)
class SmtpCourier:
    """Hands messages to a mail server; with STARTTLS and a login where they are configured."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: bool = True

    def deliver(self, reminder: Reminder) -> None:
        """One message to one address; raises `CourierFailed`."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = reminder.address
        message["Subject"] = reminder.title
        message["Message-ID"] = f"<{reminder.id}@{self.sender.partition('@')[2] or 'sandbox'}>"
        message.set_content(reminder.text)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                if self.tls:
                    server.starttls()
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as cause:
            raise CourierFailed(Channel.EMAIL, type(cause).__name__) from None


@dataclass(frozen=True)
class WebhookCourier:
    """Posts messages as JSON, signed; to hosts on the list and to no others."""

    secret: bytes
    hosts: Collection[str]
    client: httpx.Client

    def deliver(self, reminder: Reminder) -> None:
        """One request; raises `CourierFailed` unless it is answered with success."""
        host = urlsplit(reminder.address).hostname or ""
        if host not in self.hosts:
            raise CourierFailed(Channel.WEBHOOK, "host-not-listed")
        told = {"id": reminder.id, "about": reminder.about, "title": reminder.title, "text": reminder.text}
        body = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": reminder.id,
            "X-Signature-SHA256": hmac.new(self.secret, body, hashlib.sha256).hexdigest(),
        }
        try:
            answer = self.client.post(reminder.address, content=body, headers=headers)
        except httpx.HTTPError as cause:
            raise CourierFailed(Channel.WEBHOOK, type(cause).__name__) from None
        if not answer.is_success:
            raise CourierFailed(Channel.WEBHOOK, f"status {answer.status_code}")
