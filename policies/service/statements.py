"""Metering and statements: counted from the log, issued when the month is over (Article 20)."""

from datetime import datetime

from logs.model import Actor
from policies.billing import BILLABLE, Line, Month, lines
from policies.errors import MaterialFlawed, NotInForce
from policies.flaws import Flaw
from policies.model import Agreement, AgreementId
from policies.model.agreements import SIDES
from policies.model.statements import Statement, StatementId, statement_id
from policies.service.acting import acting
from policies.service.visible import require_visible, selection
from policies.service.work import Begin, Work


def usage_of(begin: Begin, agreement: AgreementId, month: Month, *, by: Actor, at: datetime) -> tuple[Line, ...]:
    """What an agreement's use has come to so far in a month, to its sides and those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "statement", agreement, by=by, at=at) as work:
        found = work.agreements.get(agreement)
        require_visible("agreement", agreement, {found.operator, found.developer}, to=by)
        return _counted(work, found, month)


def issue_statement(begin: Begin, agreement: AgreementId, month: Month, *, by: Actor, at: datetime) -> Statement:
    """Issue a month's statement once the month is over; again after a dispute.

    Raises `NoSuch`, `NotAParty`, `NotInForce`, `MoveNotAllowed`, `MaterialFlawed`.
    """
    with acting(begin, "issue", "statement", agreement, by=by, at=at) as work:
        found = work.agreements.get(agreement)
        if at < month.following.begins:
            raise MaterialFlawed([_not_over(month)])
        if not _months(found, month):
            raise NotInForce(found.id, found.state, begins=found.begins, ends=found.ends)
        known = work.statements.find(statement_id(agreement, month))
        counted = _counted(work, found, month)
        if known is None:
            return work.statements.save(Statement.issue(found, month, counted, by=by, at=at))
        return work.statements.save(known.reissue(counted, by=by, at=at))


def confirm_statement(begin: Begin, id: StatementId, *, by: Actor, at: datetime) -> Statement:
    """Agree to it. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`."""
    with acting(begin, "confirm", "statement", id, by=by, at=at) as work:
        return work.statements.save(work.statements.get(id).confirm(by=by, at=at))


def dispute_statement(begin: Begin, id: StatementId, *, reason: str, by: Actor, at: datetime) -> Statement:
    """Contest it. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "dispute", "statement", id, by=by, at=at) as work:
        return work.statements.save(work.statements.get(id).dispute(reason=reason, by=by, at=at))


def settle_statement(begin: Begin, id: StatementId, *, by: Actor, at: datetime) -> Statement:
    """Note that it is paid. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`."""
    with acting(begin, "settle", "statement", id, by=by, at=at) as work:
        return work.statements.save(work.statements.get(id).settle(by=by, at=at))


def view_statement(begin: Begin, id: StatementId, *, by: Actor, at: datetime) -> Statement:
    """One statement, to its sides and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "statement", id, by=by, at=at) as work:
        found = work.statements.get(id)
        require_visible("statement", id, {found.operator, found.developer}, to=by)
        return found


def list_statements(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Statement, ...]:
    """Statements the actor may see, the newest first."""
    with acting(begin, "view", "statement", by=by, at=at) as work:
        return work.statements.list(selection(states=states, after=after, limit=limit, to=by))


def _counted(work: Work, agreement: Agreement, month: Month) -> tuple[Line, ...]:
    events = work.history.between(month.begins, month.following.begins, kinds=BILLABLE)
    return lines(events, agreement=agreement.id, tariff=agreement.tariff, months=_months(agreement, month))


def _months(agreement: Agreement, month: Month) -> int:
    """1 for a month in which the agreement was in force for some time, else 0."""
    if len(agreement.signatures) < SIDES:
        return 0
    begins = max(agreement.begins, *(made.at for made in agreement.signatures))
    return int(begins < month.following.begins and agreement.ended > month.begins)


def _not_over(month: Month) -> Flaw:
    return Flaw(
        "month-not-over",
        "month",
        {"zh": f"{month} 尚未结束", "en": f"{month} is not over"},
        {"zh": "月末之后再出具账单", "en": "issue the statement when the month is over"},
    )
