"""One text to an event: sorted keys, no spaces, UTC to the microsecond. What is sealed and delivered is this text."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from logs.errors import NotAnEvent
from logs.hashing import Hash
from logs.model import Actor, ActorId, Event, EventId, Fact, OrganisationId, Role, Sealed

FORMS = {Hash.SHA256: 1, Hash.SM3: 2}  # the form of the text, which says the hash; a later one gets another number
_HASHES = {form: hash for hash, form in FORMS.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVENT = {"at", "by", "facts", "id", "kind", "subject"}
_SEALED = _EVENT | {"form", "sealed_at", "seq"}


def moment(at: datetime) -> str:
    """An aware moment as text.

    >>> moment(datetime(2026, 11, 3, 8, tzinfo=UTC))
    '2026-11-03T08:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def nanoseconds(at: datetime) -> int:
    """Nanoseconds since 1970, without the rounding of floating point."""
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000


def written(event: Event) -> str:
    """The event as canonical JSON; `ValueError` for a fact that JSON cannot hold (not a number, no time zone)."""
    if event.at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return _text(_members(event))


def sealed_text(event: Event, *, seq: int, sealed_at: datetime, hash: Hash = Hash.SHA256) -> str:
    """The event with its number and the time of sealing: the text that the seal is taken over."""
    return _text(_members(event) | {"form": FORMS[hash], "sealed_at": moment(sealed_at), "seq": seq})


def read(text: str) -> Event:
    """The event of `written`; raises `NotAnEvent`."""
    return _event(_object(text, _EVENT))


def told_in(text: str) -> Event:
    """The event of either text, sealed or not; raises `NotAnEvent`. Whether a seal holds is not asked."""
    try:
        members = json.loads(text)
        return _event({name: members[name] for name in _EVENT})
    except (KeyError, TypeError, ValueError) as cause:
        raise NotAnEvent("text") from cause


def read_sealed(text: str, *, previous: str, seal: str) -> Sealed:
    """The sealed event of `sealed_text`; raises `NotAnEvent`, also when the text is not exactly the canonical one."""
    members = _object(text, _SEALED)
    try:
        seq, sealed_at = members["seq"], _moment(members["sealed_at"])
        if type(seq) is not int:
            raise NotAnEvent("seq")
        hash = _HASHES[members["form"]]
        event = _event(members)
        again = sealed_text(event, seq=seq, sealed_at=sealed_at, hash=hash)
    except (KeyError, TypeError, ValueError) as cause:
        raise NotAnEvent("text") from cause
    if again != text:
        raise NotAnEvent("text")
    return Sealed(seq=seq, event=event, sealed_at=sealed_at, text=text, previous=previous, seal=seal, hash=hash)


def _members(event: Event) -> dict[str, Any]:
    return {
        "at": moment(event.at),
        "by": asdict(event.by),
        "facts": dict(event.facts),
        "id": event.id,
        "kind": event.kind,
        "subject": event.subject,
    }


def _text(members: Mapping[str, Any]) -> str:
    text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    # Half a surrogate pair (a caller's own words may hold one) has no UTF-8: it becomes the replacement character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _object(text: str, names: set[str]) -> dict[str, Any]:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise NotAnEvent("text") from cause
    if not isinstance(members, dict) or members.keys() != names:
        raise NotAnEvent("text")
    return members


def _event(members: Mapping[str, Any]) -> Event:
    try:
        by = members["by"]
        return Event(
            id=EventId(members["id"]),
            kind=members["kind"],
            at=_moment(members["at"]),
            by=Actor(ActorId(by["id"]), OrganisationId(by["organisation"]), Role(by["role"])),
            subject=members["subject"],
            facts={name: _fact(fact) for name, fact in members["facts"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        raise NotAnEvent("event") from cause


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _fact(value: Any) -> Fact:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise NotAnEvent("facts")
