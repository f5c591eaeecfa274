"""The differencing ledger: what is about to be released is held against what was released before, then put on record.

The ledger is kept for each group of related organisations. A cell whose question was answered before passes and costs
nothing; a cell of another question about nearly the same units is hidden, or its query refused, as the rules say.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from catalog.model import ResourceId
from logs.errors import Refusal
from sandbox.budget import Account, charge
from sandbox.budgets import closed
from sandbox.disclosure.differences import Suspects, conflicts, suspects
from sandbox.disclosure.errors import BudgetSpent
from sandbox.disclosure.protect import ProtectedTable
from sandbox.disclosure.released import Question, questions, withheld
from sandbox.disclosure.rules import DisclosureRules
from sandbox.domain import Domain, Holding
from sandbox.errors import QueryFailed, QueryTooLarge, WorkersBusy
from sandbox.failures import Failure
from sandbox.ledger_entries import Entry, Version, family_of, kind_of
from sandbox.ledger_overlap import overlap, overlaps
from sandbox.plan import Plan, Release, Statement
from sandbox.query import Query

TRIES = 20

Run = Callable[[Statement, Mapping[str, Path]], pa.Table]
"""Runs a statement over snapshots, and over the safe tables of this query."""


def admit(
    domain: Domain,
    query: Query,
    release: Release,
    measured: pa.Table,
    protected: ProtectedTable,
    *,
    holdings: Mapping[str, Holding],
    run: Run,
) -> ProtectedTable:
    """What of a protected release may be shown; it is on record, and charged, before this returns.

    Raises `QueryFailed` when the rules refuse a difference or the cell budget does not reach, and what `run` raises.
    """
    family = family_of(domain.related(query.by.organisation))
    asked = list(questions(release, measured, protected, secret=domain.secret))
    kinds = {kind_of(each.members.unit) for each in asked}
    for _ in range(TRIES):
        with domain.reading() as work:
            position, earlier = work.ledger.position(family), work.ledger.entries(family, kinds)
        current = Versions(domain, dict(holdings))
        look = Look(domain, protected.rules, release, run, current)
        for each in asked:
            look.hold(query, each, earlier)
        fresh = look.passed()
        if any(look.hidden.values()) and domain.rules.difference_act == "refuse":
            raise QueryFailed(Failure.DIFFERENCE)
        if not fresh:
            break
        try:
            with domain.begin() as work:
                done = work.ledger.append(family, fresh, position=position)
                for name in closed(holdings[name] for name in release.statement.resources) if done else ():
                    account, at = Account(query.agreement, name), domain.clock()
                    charge(work.spending, account, look.charged, rules=domain.rules, at=at)
        except BudgetSpent:
            raise QueryFailed(Failure.BUDGET) from None
        if done:
            break
    else:
        raise WorkersBusy
    if domain.rules.difference_act == "record":
        return protected
    return withheld(protected, release, look.hidden, secret=domain.secret)


@dataclass
class Versions:
    """Which resources stand as an earlier question read them, with the files that hold them."""

    domain: Domain
    held: dict[str, Holding]

    def stands(self, entry: Entry) -> bool:
        """Whether every resource the entry read stands as it did; what an agreement keeps beside them may be gone."""
        return self.paths(replace(entry, versions=tuple(v for v in entry.versions if not v.beside))) is not None

    def paths(self, *entries: Entry) -> Mapping[str, Path] | None:
        """The snapshots that the entries read; `None` where one of them is no longer the latest, or is gone."""
        found = {}
        for version in {each for entry in entries for each in entry.versions}:
            if version.beside and version.name not in self.held:
                return None
            if version.name not in self.held:
                try:
                    id = ResourceId(version.id)
                    self.held[version.name] = self.domain.holdings([id])[id]
                except Refusal:
                    return None
            holding = self.held[version.name]
            if (str(holding.resource.id), str(holding.version.digest)) != (version.id, version.digest):
                return None
            found[version.name] = holding.path
        return found

    def of(self, statement: Statement) -> tuple[Version, ...]:
        """What a statement reads."""
        read = (self.held[name] for name in sorted(statement.resources))
        return tuple(Version(str(each.resource.id), each.resource.name, str(each.version.digest)) for each in read)


@dataclass
class Look:
    """One look at the ledger: by figure the places of cells that may not be shown, and how many cells are new."""

    domain: Domain
    rules: DisclosureRules
    release: Release
    run: Run
    versions: Versions
    hidden: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    own: list[tuple[str, Entry]] = field(default_factory=list)
    looks: int = 0

    @property
    def charged(self) -> int:
        """New cells, those of figures with a condition of their own apart, whatever the kinds of unit."""
        return sum({figure: len(entry.cells) for figure, entry in self.passing()}.values())

    def passing(self) -> Iterator[tuple[str, Entry]]:
        """What is new and may be shown, by figure."""
        for figure, entry in self.own:
            cells = entry.cells.without(self.hidden[figure])
            if len(cells):
                yield figure, replace(entry, cells=cells)

    def passed(self) -> list[Entry]:
        """What is new and may be shown."""
        return [entry for _, entry in self.passing()]

    def hold(self, query: Query, question: Question, earlier: Sequence[Entry]) -> None:
        """Hold the cells of a question against earlier ones and against this release's own."""
        members, hidden = question.members, self.hidden[question.asked.figure]
        entry = Entry(
            query=query.id,
            unit=members.unit,
            versions=self.versions.of(members.statement),
            statement=members.statement,
            columns=self.release.keys,
            cells=question.cells,
            at=self.domain.clock(),
        )
        known = [each for each in earlier if each.kind == entry.kind and self.versions.stands(each)]
        entry = replace(entry, cells=entry.cells.unanswered(each.cells for each in known).without(hidden))
        for other in (*reversed(known), *(each for each in self.passed() if each.kind == entry.kind)):
            hidden |= self.held(entry, other)
            entry = replace(entry, cells=entry.cells.without(hidden))
        if any(name.startswith("g") for name in self.release.keys):
            hidden |= self.held(entry, entry)
            entry = replace(entry, cells=entry.cells.without(hidden))
        self.own.append((question.asked.figure, entry))

    def held(self, entry: Entry, other: Entry) -> frozenset[int]:
        """The places of cells that differ too little from another entry's: told by the sums, or looked up exactly."""
        found = suspects(entry.cells, other.cells, self.least(entry) + self.domain.rules.difference_margin - 1)
        if not found.near:
            return found.equal
        return found.equal | self.looked_up(entry, other, found)

    def looked_up(self, entry: Entry, other: Entry, found: Suspects) -> frozenset[int]:
        """Which suspects differ too little; all of them where that cannot be looked up."""
        paths, domain = self.versions.paths(entry, other), self.domain
        self.looks += 1
        if paths is None or other.statement.releases or self.looks > domain.rules.difference_looks:
            return found.near
        least, margin = self.least(entry), domain.rules.difference_margin
        statement = overlap(entry, other, least=max(least - (margin + 1) // 2, 1) // 2)
        domain.second_lock.require(Plan((), statement, ()))
        try:
            table = self.run(statement, paths)
        except QueryTooLarge:
            return found.near
        common = list(overlaps(table, entry.columns, other.columns, secret=domain.secret))
        return conflicts(
            entry.cells,
            entry.cells if other is entry else other.cells,
            common,
            least=least,
            margin=margin,
            secret=domain.secret,
        )

    def least(self, entry: Entry) -> int:
        """The minimum frequency of the entry's unit."""
        return self.rules.minimum(entry.unit)
