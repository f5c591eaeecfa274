"""Tokens and idempotency keys in the control plane's database."""

import json
import os
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)

from api.identity import Token
from api.repeats import Answer, Repeat
from logs.adapters.database import Instant, metadata
from logs.model import Actor, ActorId, OrganisationId, Role

token_table = Table(
    "access_token",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("organisation", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    comment="Access tokens as keyed digests; the text itself is never kept",
)

repeat_table = Table(
    "idempotency_key",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),
    Index(None, "at"),
    comment="Answers kept for a while, encrypted, so that a repeated request is answered and not done twice",
)


class TokenTable:
    """`api.identity.Tokens` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, digest: str) -> Token | None:
        """The token of that digest."""
        row = self._connection.execute(select(token_table).where(token_table.c.digest == digest)).one_or_none()
        return None if row is None else _token(row)

    def of(self, actor: ActorId) -> tuple[Token, ...]:
        """Every token of a person."""
        rows = self._connection.execute(select(token_table).where(token_table.c.person == actor))
        return tuple(_token(row) for row in rows)

    def save(self, token: Token) -> None:
        """Keep it, new or changed."""
        row = {
            "person": token.actor.id,
            "organisation": token.actor.organisation,
            "role": token.actor.role.value,
            "issued_at": token.issued_at,
            "expires_at": token.expires_at,
            "revoked_at": token.revoked_at,
        }
        changed = self._connection.execute(
            update(token_table).where(token_table.c.digest == token.digest).values(row)
        ).rowcount
        if not changed:
            self._connection.execute(insert(token_table).values(digest=token.digest, **row))


def _token(row: Row[Any]) -> Token:
    actor = Actor(ActorId(row.person), OrganisationId(row.organisation), Role(row.role))
    return Token(row.digest, actor, row.issued_at, row.expires_at, row.revoked_at)


class RepeatTable:
    """`api.repeats.Repeats` on one connection; answers are encrypted with AES-256-GCM, bound to person and key."""

    def __init__(self, connection: Connection, *, secret: bytes) -> None:
        self._connection = connection
        self._cipher = AESGCM(secret)

    def get(self, person: ActorId, key: str) -> Repeat | None:
        """What the key stands on."""
        row = self._connection.execute(select(repeat_table).where(_is(person, key))).one_or_none()
        if row is None:
            return None
        answer = None if row.answer is None else self._open(row.answer, person, key, row.status)
        return Repeat(person, key, row.fingerprint, row.at, answer)

    def save(self, repeat: Repeat) -> None:
        """Keep it, new or answered."""
        if repeat.answer is None:
            row = {"fingerprint": repeat.fingerprint, "at": repeat.at}
            self._connection.execute(insert(repeat_table).values(person=repeat.person, key=repeat.key, **row))
            return
        shut = self._shut(repeat.answer, repeat.person, repeat.key)
        values = {"status": repeat.answer.status, "answer": shut}
        self._connection.execute(update(repeat_table).where(_is(repeat.person, repeat.key)).values(values))

    def drop(self, person: ActorId, key: str) -> None:
        """Forget it, since nothing was done."""
        self._connection.execute(delete(repeat_table).where(_is(person, key)))

    def forget(self, *, before: datetime) -> None:
        """Forget those that are older."""
        self._connection.execute(delete(repeat_table).where(repeat_table.c.at < before))

    def _shut(self, answer: Answer, person: ActorId, key: str) -> bytes:
        nonce = os.urandom(12)
        head = json.dumps(answer.headers).encode()
        plain = len(head).to_bytes(4, "big") + head + answer.body
        return nonce + self._cipher.encrypt(nonce, plain, f"{person} {key}".encode())

    def _open(self, shut: bytes, person: ActorId, key: str, status: int) -> Answer:
        plain = self._cipher.decrypt(shut[:12], shut[12:], f"{person} {key}".encode())
        end = 4 + int.from_bytes(plain[:4], "big")
        headers = tuple((name, value) for name, value in json.loads(plain[4:end]))
        return Answer(status, headers, plain[end:])


def _is(person: ActorId, key: str) -> ColumnElement[bool]:
    return and_(repeat_table.c.person == person, repeat_table.c.key == key)
