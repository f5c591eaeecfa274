"""The procedure's nouns in the platform's database: one table a noun, the noun itself as a JSON document."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from logs.adapters.database import Instant, metadata
from logs.model import Event, EventId, OrganisationId, Recorder
from policies.errors import ConcurrentChange, NoSuch
from policies.model.recorded import Recorded
from policies.service.work import Selection

Id = TypeVar("Id", bound=str)
Thing = TypeVar("Thing", bound=Recorded)
Values = Mapping[str, Any]


def _table(name: str, *columns: Column[Any] | Index, comment: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", String(64), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("opened_at", Instant, nullable=False),
        *columns,
        Column("document", Text, nullable=False),
        Index(None, "opened_at", "id"),
        comment=comment,
    )


def _name(name: str, *, index: bool = True) -> Column[Any]:
    return Column(name, String(64), nullable=False, index=index)


organisation_table = _table("organisation", comment="Organisations and the roles they hold")
person_table = _table(
    "person",
    _name("organisation"),
    _name("role", index=False),
    _name("state", index=False),
    comment="People, each acting for one organisation in one role",
)
qualification_table = _table("qualification", comment="Evidence of the safety conditions, by organisation")
scenario_table = _table(
    "scenario",
    _name("state"),
    Column("standing", String(255), unique=True),  # the class, while it is neither refused nor withdrawn
    comment="Classes of application scenario",
)
application_table = _table(
    "application",
    _name("state"),
    _name("applicant"),
    Column("scenario", String(64), index=True),
    Column("due_at", Instant, index=True),
    comment="Applications to develop and use public data",
)
agreement_table = _table(
    "agreement",
    _name("state"),
    _name("scenario"),
    _name("operator"),
    _name("developer"),
    Column("standing", String(64), unique=True),  # the application, unless cancelled
    Column("annex", String(64), nullable=False, index=True),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("filing_due_at", Instant, index=True),
    comment="Agreements with their annex",
)

stop_table = _table(
    "stop",
    _name("state"),
    _name("organisation"),
    Column("due_at", Instant, index=True),
    comment="Stops of processing where a risk was seen",
)

matter_table = _table(
    "matter",
    _name("noun"),
    _name("state"),
    _name("organisation"),
    Column("addressee", String(64), index=True),
    Column("due_at", Instant, index=True),
    comment="Demands, objections, incidents, inspections, orders, requests for source data, each on its course",
)

consent_table = _table(
    "consent",
    _name("state"),
    _name("organisation"),
    _name("scenario"),
    _name("giver"),
    Column("until", Date, nullable=False, index=True),
    comment="Consents of data subjects, by keyed digest",
)
statement_table = _table(
    "statement",
    _name("state"),
    _name("operator"),
    _name("developer"),
    _name("agreement"),
    comment="What agreements' use came to, by month",
)

report_table = _table("report", _name("state"), _name("operator"), comment="Operation reports filed with the bureau")
training_table = _table("training", _name("person"), _name("organisation"), comment="Who attended which training")
contact_table = _table("contact", comment="Where organisations want to be reminded")
reminder_table = _table(
    "reminder",
    _name("state"),
    _name("organisation"),
    Column("next_at", Instant, index=True),
    comment="Reminders on their way out",
)

credit_list_table = _table("credit_list", _name("state"), comment="Imported lists: the seriously dishonest, incidents")
affiliation_table = _table(
    "affiliation", _name("state"), _name("owner"), _name("owned"), comment="Who owns or controls whom"
)


class Documents(Generic[Id, Thing]):
    """`policies.service.work.Shelf` over one table, on a connection whose transaction the caller owns."""

    def __init__(
        self,
        connection: Connection,
        recorder: Recorder,
        table: Table,
        adapter: TypeAdapter[Thing],
        *,
        columns: Callable[[Thing], Values],
    ) -> None:
        self._connection = connection
        self._recorder = recorder
        self._table = table
        self._adapter = adapter
        self._columns = columns

    def find(self, id: Id) -> Thing | None:
        """The one of that id, if there is one."""
        return self._one(self._table.c.id == id)

    def get(self, id: Id) -> Thing:
        """The one of that id; raises `NoSuch`."""
        return self._there(id, self._one(self._table.c.id == id))

    def hold(self, id: Id) -> Thing:
        """The same, kept from changing until the transaction is over."""
        return self._there(id, self._one(self._table.c.id == id, held=True))

    def list(self, selection: Selection) -> tuple[Thing, ...]:
        """Those selected, the newest first; raises `NoSuch` for an `after` that is not there."""
        table = self._table
        query = select(table.c.version, table.c.document).order_by(table.c.opened_at.desc(), table.c.id.desc())
        if selection.states:
            query = query.where(table.c.state.in_(sorted(selection.states)))
        if selection.noun is not None:
            query = query.where(table.c.noun == selection.noun)
        if selection.organisation is not None:
            query = query.where(_concerns(table, selection.organisation))
        if selection.after is not None:
            place = select(table.c.opened_at, table.c.id).where(table.c.id == selection.after)
            last = self._connection.execute(place).one_or_none()
            if last is None:
                raise NoSuch(self._table.name, selection.after)
            query = query.where(
                tuple_(table.c.opened_at, table.c.id) < tuple_(literal(last.opened_at, Instant), literal(last.id))
            )
        return tuple(self._read(*row) for row in self._connection.execute(query.limit(selection.limit)))

    def save(self, thing: Thing) -> Thing:
        """Keep it with its news, as its next version; raises `ConcurrentChange` when somebody else was faster."""
        if not thing.news:
            raise ValueError(f"{thing.subject} is saved without news")
        table, version = self._table, thing.version + 1
        document = self._adapter.dump_json(thing, exclude={"news", "version"}).decode()
        values = {**self._columns(thing), "version": version, "document": document}
        try:
            if thing.version == 0:
                self._connection.execute(insert(table).values(id=thing.id, opened_at=thing.news[0].at, **values))
            else:
                mine = update(table).where(table.c.id == thing.id, table.c.version == thing.version)
                if self._connection.execute(mine.values(values)).rowcount != 1:
                    raise ConcurrentChange(thing.thing, thing.id)
        except IntegrityError:
            raise ConcurrentChange(thing.thing, thing.id) from None
        self._record(thing, version)
        return replace(thing, version=version, news=())

    def due(self) -> tuple[Thing, ...]:
        """Those with something owed by a moment."""
        owed = [self._table.c[name] for name in ("due_at", "filing_due_at") if name in self._table.c]
        return self._all(owed[0].is_not(None))

    def _one(self, condition: ColumnElement[bool], *, held: bool = False) -> Thing | None:
        query = select(self._table.c.version, self._table.c.document).where(condition)
        if held:
            query = query.with_for_update(read=True)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._read(*row)

    def _all(self, *conditions: ColumnElement[bool]) -> tuple[Thing, ...]:
        query = select(self._table.c.version, self._table.c.document).where(*conditions).order_by(self._table.c.id)
        return tuple(self._read(*row) for row in self._connection.execute(query))

    def _there(self, id: str, thing: Thing | None) -> Thing:
        if thing is None:
            raise NoSuch(self._table.name, id)
        return thing

    def _read(self, version: int, document: str) -> Thing:
        return replace(self._adapter.validate_json(document), version=version)

    def _record(self, thing: Thing, version: int) -> None:
        """Each piece of news as an event whose id follows from what it tells, so that telling it twice is loud."""
        subject = thing.subject
        for place, news in enumerate(thing.news):
            number = hashlib.sha256(f"{subject}/{version}/{place}".encode()).hexdigest()[:32]
            self._recorder.record(Event(EventId(number), news.kind, news.at, news.by, subject, news.facts))


def _concerns(table: Table, organisation: OrganisationId) -> ColumnElement[bool]:
    columns = [
        table.c[name] for name in ("applicant", "operator", "developer", "organisation", "addressee") if name in table.c
    ]
    return or_(*(column == organisation for column in columns or [table.c.id]))
