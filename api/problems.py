"""Refusals as RFC 9457 problems: one table says which status each has, and its `type` is a page of this API."""

from collections.abc import Iterator, Mapping
from typing import Any

from api import errors as edge
from api import faults
from logs import errors as logs
from logs.errors import Language, Refusal
from sandbox import errors as sandbox

STATUSES: Mapping[int, tuple[type[Refusal], ...]] = {
    400: (edge.CursorUnknown,),
    401: (edge.TokenMissing, edge.TokenUnknown, edge.TokenExpired, edge.TokenRevoked),
    404: (edge.NoSuchPath,),
    405: (edge.MethodNotAllowed,),
    406: (edge.NotAcceptable,),
    409: (edge.IdempotencyKeyBusy,),
    413: (edge.BodyTooLarge,),
    415: (edge.MediaTypeUnsupported,),
    422: (edge.RequestMalformed, edge.IdempotencyKeyReused, sandbox.NotLawful),
    500: (
        faults.InternalFault,
        faults.PartDidNotStart,
        faults.SettingWrong,
        logs.EventRecordedTwice,
        logs.NotAnEvent,
        logs.UndocumentedFact,
        logs.UnknownKind,
    ),
    503: (
        faults.DatabaseBusy,
        faults.DatabaseOutOfDate,
        faults.DatabaseUnreachable,
        faults.PortInUse,
        faults.StateNotWritable,
    ),
    507: (faults.StateFull,),
}

STATUS: Mapping[type[Refusal], int] = {kind: status for status, kinds in STATUSES.items() for kind in kinds}
BY_SLUG: Mapping[str, type[Refusal]] = {kind.kind: kind for kind in STATUS}


def problem(refusal: Refusal, language: Language, *, instance: str) -> dict[str, Any]:
    """The members of the problem document; `remedy` and the refusal's particulars stand beside RFC 9457's own."""
    body: dict[str, Any] = {
        "type": f"/problems/{refusal.kind}",
        "title": refusal.title[language],
        "status": STATUS[type(refusal)],
        "detail": refusal.detail(language),
        "instance": instance,
    }
    if remedy := refusal.remedy(language):
        body["remedy"] = remedy
    return body | dict(_particulars(refusal, language))


def _particulars(refusal: Refusal, language: Language) -> Iterator[tuple[str, Any]]:
    match refusal:
        case sandbox.NotLawful():
            yield (
                "reasons",
                [
                    {
                        "rule": reason.rule,
                        "message": reason.what[language],
                        "line": reason.line,
                        "column": reason.column,
                        "subject": reason.subject,
                        "allowed": list(reason.allowed),
                        "instead": reason.instead.get(language, ""),
                    }
                    for reason in refusal.reasons
                ],
            )
        case edge.RequestMalformed():
            yield (
                "reasons",
                [
                    {"place": flaw.place, "rule": flaw.fault, "message": flaw.sentence(language)}
                    for flaw in refusal.flaws
                ],
            )
        case edge.BodyTooLarge():
            yield "limit", refusal.limit
        case faults.InternalFault():
            yield "fault", refusal.number
        case _:
            return
