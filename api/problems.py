"""Refusals as RFC 9457 problems: one table says which status each has, and its `type` is a page of this API."""

from collections.abc import Iterator
from typing import Any

from api import errors as edge
from api import faults
from api.statuses import STATUS
from logs.errors import Language, Refusal
from policies.errors import Flawed
from sandbox.disclosure.errors import BudgetSpent
from sandbox.errors import NotLawful


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
        case NotLawful():
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
        case Flawed():
            yield (
                "reasons",
                [
                    {
                        "rule": flaw.rule,
                        "place": flaw.place,
                        "message": flaw.what[language],
                        "instead": flaw.instead.get(language, ""),
                    }
                    for flaw in refusal.flaws
                ],
            )
        case edge.BodyTooLarge():
            yield "limit", refusal.limit
        case BudgetSpent():
            yield from (("charge", refusal.charge), ("subject", refusal.subject), ("period", refusal.period))
            yield from (("limit", refusal.limit), ("left", refusal.left))
            yield "renews_at", refusal.renews_at.isoformat() if refusal.renews_at else None
        case faults.InternalFault():
            yield "fault", refusal.number
        case _:
            return
