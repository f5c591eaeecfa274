"""The log record a sealed event is delivered as, field by field: everything in it follows from text and seals."""

from collections.abc import Mapping
from dataclasses import dataclass

from logs.canonical import nanoseconds, read_sealed
from logs.errors import NotAnEvent
from logs.model import Sealed

Field = str | int | float | bool | None
ATTRIBUTE = "attribute "  # prefix of the fields that are attributes of the log record
NUMBER, PREVIOUS, SEAL = ATTRIBUTE + "log.seq", ATTRIBUTE + "log.previous", ATTRIBUTE + "log.seal"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A record as it was found: where, its fields (`None` when unreadable), and what else is wrong with it there.

    `place` counts from 1: the line of a file, or the number a database keeps the record under.
    """

    place: int
    fields: Mapping[str, Field] | None
    differs: tuple[str, ...] = ()


def fields_of(link: Sealed) -> dict[str, Field]:
    """The fields of the log record (OpenTelemetry's names) that a sealed event is delivered as."""
    by = link.event.by
    return {
        "time_unix_nano": nanoseconds(link.event.at),
        "observed_time_unix_nano": nanoseconds(link.sealed_at),
        "severity_number": 9,
        "severity_text": "INFO",
        "event_name": link.event.kind,
        "body": link.text,
        ATTRIBUTE + "log.record.uid": link.event.id,
        NUMBER: link.seq,
        PREVIOUS: link.previous,
        SEAL: link.seal,
        ATTRIBUTE + "user.id": by.id,
        ATTRIBUTE + "user.organisation": by.organisation,
        ATTRIBUTE + "user.role": by.role.value,
        ATTRIBUTE + "subject": link.event.subject,
    }


def link_of(fields: Mapping[str, Field]) -> Sealed:
    """The sealed event of a delivered record, its seals as claimed, not yet checked; raises `NotAnEvent`."""
    text, previous, seal = fields.get("body"), fields.get(PREVIOUS), fields.get(SEAL)
    if not isinstance(text, str):
        raise NotAnEvent("body")
    if not isinstance(previous, str):
        raise NotAnEvent(PREVIOUS)
    if not isinstance(seal, str):
        raise NotAnEvent(SEAL)
    return read_sealed(text, previous=previous, seal=seal)


def differences(fields: Mapping[str, Field], link: Sealed) -> tuple[str, ...]:
    """The names of the fields that are not what the text and the seals say they must be."""
    meant = fields_of(link)
    names = meant.keys() | fields.keys()
    return tuple(
        sorted(name for name in names if (name in fields, fields.get(name)) != (name in meant, meant.get(name)))
    )
