"""What people do with non-public data (Article 14): make the rule, bring files, decide on them, take them back."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from logs.model import Actor
from policies.errors import NoSuch
from policies.flaws import Flaw
from sandbox.domain import Domain, doing
from sandbox.nonpublic.editions import AccessRuleId, RuleInEdition
from sandbox.nonpublic.errors import FileBeyondRule, FileTaken, NoAccessRule
from sandbox.nonpublic.file import LIES, Declaration, FileId, FileState, OwnFile, Scanned
from sandbox.nonpublic.rule import AccessRule, access_rule

ENDED = "agreement ended"
NUMBER = re.compile(r"\d{6}")  # a name that holds one is somebody's number, and names go on record


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was read: what was found, and the snapshot of what was taken in, in a room that goes away."""

    scanned: Scanned
    snapshot: Path


class Scan(Protocol):
    """Reads a file apart from the platform, within limits."""

    def __call__(self, file: Path, rule: AccessRule) -> AbstractContextManager[Read]:
        """What is in it; raises `FileUnreadable`."""


def draft_rule(domain: Domain, text: str, *, by: Actor, at: datetime) -> RuleInEdition:
    """Put an access rule up for the bureau's approval. Raises `RulesUnreadable`, `ConcurrentChange`."""
    domain.permissions.require(by, "draft", "rule")
    drafted = RuleInEdition.draft(access_rule(text), by=by, at=at)
    with domain.begin() as work:
        work.access_rules.save(drafted)
    return drafted


def approve_rule(domain: Domain, id: AccessRuleId, *, reason: str, by: Actor, at: datetime) -> RuleInEdition:
    """Approve a drafted rule. Raises `NoSuch`, `MoveNotAllowed`, `SelfApproval`."""
    domain.permissions.require(by, "approve", "rule")
    with doing(domain, "approve", "rule", id, by=by, at=at) as work:
        approved = _rule(work.access_rules.get(id), id).approve(reason=reason, by=by, at=at)
        work.access_rules.save(approved)
    return approved


def put_rule_in_force(domain: Domain, id: AccessRuleId, *, by: Actor, at: datetime) -> RuleInEdition:
    """Put an approved rule in force; the one in force until now is superseded in the same transaction."""
    domain.permissions.require(by, "draft", "rule")
    with domain.begin() as work:
        effective = _rule(work.access_rules.get(id), id).take_effect(by=by, at=at)
        former = work.access_rules.in_force()
        if former is not None:
            work.access_rules.save(former.supersede(by=by, at=at))
        work.access_rules.save(effective)
    return effective


def see_rules(domain: Domain, *, by: Actor) -> Sequence[RuleInEdition]:
    """Every edition of the access rule."""
    domain.permissions.require(by, "view", "rule")
    with domain.reading() as work:
        return work.access_rules.all()


def bring_file(
    domain: Domain,
    scan: Scan,
    file: Path,
    *,
    id: FileId,
    agreement: str,
    declared: Declaration,
    by: Actor,
    at: datetime,
) -> OwnFile:
    """Bring a file in: it is held against the rule in force, scanned, and lies in quarantine.

    Raises `NoAccessRule`, `FileBeyondRule`, `FileTaken`, `FileUnreadable`, `MaterialFlawed`, and what `policies`
    refuses with.
    """
    domain.permissions.require(by, "bring", "own_file")
    domain.agreement(agreement, by=by, at=at)
    with domain.reading() as work:
        edition = work.access_rules.in_force()
        lying = work.own_files.of(agreement, LIES)
    if edition is None:
        raise NoAccessRule
    _require_allowed(edition.rule, file, declared, lying)
    with scan(file, edition.rule) as read:
        _require_within(edition.rule, read.scanned)
        brought = OwnFile(
            id=id,
            agreement=agreement,
            declared=declared,
            scanned=read.scanned,
            rule=edition.id,
            by=by,
            brought_at=at,
        ).bring()
        domain.shelf.adopt(id, read.snapshot)
        try:
            with domain.begin() as work:
                work.own_files.save(brought)
        except BaseException:
            domain.shelf.remove(id)
            raise
    return brought


def accept_file(domain: Domain, agreement: str, name: str, *, reason: str, by: Actor, at: datetime) -> OwnFile:
    """Let an agreement query its file. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `NotPermitted`."""
    domain.permissions.require(by, "accept", "own_file")
    with doing(domain, "accept", "own_file", name, by=by, at=at) as work:
        accepted = _file(work.own_files.of(agreement, LIES), name).accept(reason=reason, by=by, at=at)
        work.own_files.save(accepted)
    return accepted


def reject_file(
    domain: Domain, agreement: str, name: str, *, reasons: tuple[str, ...], by: Actor, at: datetime
) -> OwnFile:
    """Send a file back with reasons; its rows are deleted. Raises as `accept_file`, and `MaterialFlawed`."""
    domain.permissions.require(by, "reject", "own_file")
    with doing(domain, "reject", "own_file", name, by=by, at=at) as work:
        rejected = _file(work.own_files.of(agreement, LIES), name).reject(reasons=reasons, by=by, at=at)
        work.own_files.save(rejected)
        domain.shelf.remove(rejected.id)
    return rejected


def withdraw_file(
    domain: Domain,
    agreement: str,
    name: str,
    *,
    reason: str,
    stop: Callable[[str, str], None],
    by: Actor,
    at: datetime,
) -> OwnFile:
    """Take a file back: queries that read it end, its rows are deleted. Raises `NoSuch`, `MoveNotAllowed`.

    It is the side's own to take back whatever has become of the agreement.
    """
    domain.permissions.require(by, "withdraw", "own_file")
    with domain.reading() as work:
        found = _file(work.own_files.of(agreement, LIES), name)
    if found.by.organisation != by.organisation:
        raise NoSuch("own_file", name)
    withdrawn = found.withdraw(reason=reason, by=by, at=at)
    stop(agreement, name)
    with domain.begin() as work:
        work.own_files.save(withdrawn)
        domain.shelf.remove(withdrawn.id)
    return withdrawn


def see_files(domain: Domain, agreement: str, *, by: Actor) -> Sequence[OwnFile]:
    """Every file of an agreement, whatever became of it, the newest first.

    Whoever calls has made sure that the agreement is the caller's to see.
    """
    domain.permissions.require(by, "view", "own_file")
    with domain.reading() as work:
        return work.own_files.of(agreement, frozenset(FileState))


def see_waiting(domain: Domain, *, by: Actor) -> Sequence[OwnFile]:
    """The files that wait for a decision, of every agreement, the oldest first."""
    domain.permissions.require(by, "accept", "own_file")
    with domain.reading() as work:
        return work.own_files.waiting()


def close_files(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> int:
    """Delete every file of an agreement that has ended; how many."""
    with domain.begin() as work:
        lying = work.own_files.of(agreement, LIES)
        for file in lying:
            work.own_files.save(file.delete(reason=ENDED, by=by, at=at))
            domain.shelf.remove(file.id)
    return len(lying)


def clear_files(domain: Domain, *, by: Actor, at: datetime) -> int:
    """Delete the files of agreements that are over, whoever ended them; how many."""
    with domain.reading() as work:
        agreements = work.own_files.agreements()
    over = [agreement for agreement in agreements if domain.over(agreement)]
    return sum(close_files(domain, agreement, by=by, at=at) for agreement in over)


def _rule(found: RuleInEdition | None, id: AccessRuleId) -> RuleInEdition:
    if found is None:
        raise NoSuch("rule", id)
    return found


def _file(files: Sequence[OwnFile], name: str) -> OwnFile:
    for file in files:
        if file.name == name:
            return file
    raise NoSuch("own_file", name)


def _require_allowed(rule: AccessRule, file: Path, declared: Declaration, lying: Sequence[OwnFile]) -> None:
    """What can be said before the file is read."""
    if any(each.declared.name == declared.name for each in lying):
        raise FileTaken(f"own.{declared.name}")
    form, size = file.suffix.lower().removeprefix("."), file.stat().st_size
    flaws = [*over("files", len(lying) + 1, rule.most["files"]), *over("bytes", size, rule.most["bytes"])]
    if form not in set(rule.formats):
        flaws.append(_flaw("format", "不在允许之列", "is not among those allowed", ", ".join(sorted(rule.formats))))
    if declared.right not in rule.rights:
        flaws.append(_flaw("right", "不在允许之列", "is not among those allowed", ", ".join(sorted(rule.rights))))
    if flaws:
        raise FileBeyondRule(flaws)


def _require_within(rule: AccessRule, scanned: Scanned) -> None:
    """What only reading tells."""
    flaws = [
        *over("rows", scanned.rows, rule.most["rows"]),
        *over("columns", len(scanned.columns), rule.most["columns"]),
    ]
    if any(NUMBER.search(column.name) for column in scanned.columns):
        flaws.append(_flaw("header", "列名中有长数字，首行似为数据", "has long numbers, as if it were data", "-"))
    if not scanned.taken:
        flaws.append(_flaw("columns", "全部列都属于不予接入的类别", "are all of kinds that are withheld", "-"))
    if flaws:
        raise FileBeyondRule(flaws)


def over(place: str, found: int, most: int) -> Iterator[Flaw]:
    """A flaw where there is more than there may be."""
    if found > most:
        yield _flaw(place, f"为 {found}，上限 {most}", f"is {found}, the limit is {most}", str(most))


def _flaw(place: str, zh: str, en: str, allowed: str) -> Flaw:
    return Flaw(f"file-{place}", place, {"zh": zh, "en": en}, {"zh": f"允许：{allowed}", "en": f"allowed: {allowed}"})
