"""The development catalog by editions: compiled by the operator, filed with the bureau, published (Article 9)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from catalog.attributes import told
from catalog.entry import Entry, EntryState, Mask, News
from catalog.listing_errors import MoveImpossible, NotListable
from catalog.masks import InForce, masks_of
from catalog.model import Digest, ResourceId
from logs.model import Actor, Fact


class EditionState(StrEnum):
    """How far an edition has come."""

    COMPILED = "compiled"
    FILED = "filed"
    PUBLISHED = "published"


EDITION_MOVES: Mapping[tuple[EditionState, str], EditionState] = {
    (EditionState.COMPILED, "file"): EditionState.FILED,
    (EditionState.FILED, "publish"): EditionState.PUBLISHED,
}

LISTABLE = frozenset({EntryState.CLEARED, EntryState.LISTED})
UNLISTABLE: Mapping[EntryState, tuple[str, str]] = {
    EntryState.REGISTERED: ("数据尚未到达", "no rows have arrived"),
    EntryState.ARRIVED: ("信息项尚未分级", "its columns are not graded"),
    EntryState.GRADED: ("尚未审定是否属于禁止类", "nobody decided whether it is prohibited"),
    EntryState.BARRED: ("属于禁止列入的类别", "it falls under a prohibited class"),
    EntryState.WITHDRAWN: ("已撤回，须重新审定", "it was withdrawn and must be decided on anew"),
}


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One edition: the resources listed, each at the version it had, and the digest of all that the catalog says.

    `rule` is the rule document that was in force; `masks` what it means for each resource's columns.
    """

    number: int
    listed: tuple[tuple[ResourceId, Digest], ...]
    digest: Digest
    rule: str
    masks: Mapping[ResourceId, tuple[Mask, ...]]
    state: EditionState = EditionState.COMPILED
    compiled_at: datetime
    filed_at: datetime | None = None
    published_at: datetime | None = None
    revision: int = 0
    news: tuple[News, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def compile(cls, entries: Sequence[Entry], *, number: int, rules: InForce, by: Actor, at: datetime) -> Self:
        """Put an edition together; raises `NotListable` naming every resource that cannot stand in it, and why."""
        reasons = [(entry.id, *UNLISTABLE[entry.state]) for entry in entries if entry.state not in LISTABLE]
        reasons += [
            (entry.id, "目录载明不得授权运营", "its entry does not permit authorised operation")
            for entry in entries
            if entry.state in LISTABLE and not entry.resource.attributes.authorised
        ]
        reasons += [
            (entry.id, "没有样例数据", "it has no sample data")
            for entry in entries
            if entry.state in LISTABLE and entry.sample is None
        ]
        if reasons or not entries:
            raise NotListable(reasons or [("-", "没有可列入的资源", "there is nothing to list")])
        listed = tuple((entry.id, entry.version.digest) for entry in entries if entry.version is not None)
        masks = {entry.id: masks_of(entry, rules) for entry in entries}
        digest = _digest(entries, masks)
        edition = cls(number=number, listed=listed, digest=digest, rule=rules.id, masks=masks, compiled_at=at)
        return replace(edition, news=edition._telling("catalog.compiled", by=by, at=at))

    def file(self, *, notice: str = "", by: Actor, at: datetime) -> Self:
        """File it with the bureau. Raises `MoveImpossible`."""
        news = self._telling("catalog.filed", by=by, at=at, notice=notice)
        return replace(self, state=self._moved("file"), filed_at=at, news=news)

    def publish(self, *, by: Actor, at: datetime) -> Self:
        """Publish what was filed. Raises `MoveImpossible`."""
        news = self._telling("catalog.published", by=by, at=at)
        return replace(self, state=self._moved("publish"), published_at=at, news=news)

    def _moved(self, move: str) -> EditionState:
        target = EDITION_MOVES.get((self.state, move))
        if target is None:
            possible = [other for state, other in EDITION_MOVES if state is self.state]
            raise MoveImpossible(f"edition {self.number}", self.state, move, possible)
        return target

    def _telling(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        said: dict[str, Fact] = {
            "edition": str(self.number),
            "resources": tuple(id for id, _ in self.listed),
            "digest": self.digest,
            "records": len(self.listed),
            "rule": self.rule,
        }
        return (*self.news, News(kind, at, by, {**said, **{name: fact for name, fact in facts.items() if fact}}))


def _digest(entries: Sequence[Entry], masks: Mapping[ResourceId, tuple[Mask, ...]]) -> Digest:
    """SHA-256 over what the catalog says of each resource, in the order of their ids."""
    said = [
        {
            "id": entry.id,
            "title": entry.resource.title,
            "provider": entry.resource.provider,
            "privacy_unit": entry.resource.privacy_unit,
            "attributes": told(entry.resource.attributes),
            "version": entry.version.digest if entry.version else None,
            "columns": [
                [column.name, column.title, column.type.value, sorted(column.uses), column.grade]
                for column in entry.resource.columns
            ],
            "masks": [[mask.column, mask.technique] for mask in masks[entry.id]],
        }
        for entry in sorted(entries, key=lambda entry: entry.id)
    ]
    return Digest(hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest())
