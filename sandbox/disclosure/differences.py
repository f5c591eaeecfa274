"""Cells that differ from earlier ones by too few units: found by count and key sum first, exactly only on suspicion.

If two sets differ by fewer than t units, a of them only in the new one and b only in the old, then the counts differ by
a - b and the key sums by no more than a, and no less than -b, times the largest key. Whatever breaks either bound is no
suspect. Of two cells with the same count and key sum the sets are equal: that is told at once.

Equality counts as too small a difference. Otherwise showing or hiding would tell whether two questions mean the same
units, which is what the attacker asks; what passes for the same question is decided by its form, without the data.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from sandbox.plan import Asked

Whole = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

KEYS = 2**31
MOST_PAIRS = 4_000_000  # beyond, whatever has a near count is a suspect
COLUMNS = 4


@dataclass(frozen=True)
class CellSets:
    """The sets of units behind cells: how many, the sum of their record keys, the marks of question and place.

    `keyed`: the sums are of these units' keys; `unique`: no unit stands in two rows, so equal sets are equal cells.
    """

    counts: Whole
    sums: Whole
    forms: Marks
    places: Marks
    keyed: bool
    unique: bool

    def without(self, places: Collection[int]) -> "CellSets":
        """All cells but those of some places."""
        return self._taken(~np.isin(self.places, np.array(sorted(places), dtype=np.uint64)))

    def unanswered(self, earlier: Iterable["CellSets"]) -> "CellSets":
        """The cells whose question none of the earlier cells answered."""
        answered = np.concatenate([np.empty(0, dtype=np.uint64), *(each.forms for each in earlier)])
        return self._taken(~np.isin(self.forms, answered))

    def _taken(self, cells: Mask) -> "CellSets":
        return replace(
            self,
            counts=self.counts[cells],
            sums=self.sums[cells],
            forms=self.forms[cells],
            places=self.places[cells],
        )

    def written(self) -> bytes:
        """As bytes to store."""
        parts = (self.counts, self.sums, self.forms.view(np.int64), self.places.view(np.int64))
        return np.stack(parts).astype("<i8").tobytes()

    @classmethod
    def read(cls, stored: bytes, *, keyed: bool, unique: bool) -> "CellSets":
        """The inverse of `written`."""
        counts, sums, forms, places = np.frombuffer(stored, "<i8").astype(np.int64).reshape(COLUMNS, -1)
        return cls(counts, sums, forms.view(np.uint64), places.view(np.uint64), keyed, unique)

    def __len__(self) -> int:
        return len(self.counts)


def mark(secret: bytes, *texts: str) -> int:
    """A keyed hash of texts, 64 bits."""
    message = "\x00".join(text.replace("\x00", "\x00\x01") for text in texts)
    return int.from_bytes(hmac.digest(secret, b"ledger 1 " + message.encode(), "sha256")[:8], "little")


def form(asked: Asked, values: Sequence[object], marks: Sequence[object], *, secret: bytes) -> int:
    """The mark of what is asked in one cell: `values` of its keys, `marks` 1 for keys that its grouping set leaves out.

    A key that is a column pins it, and what else is said of pinned columns follows from that and is left out.
    """
    texts, pinned = [], {next(iter(each.columns)) for each in asked.conditions if each.pins}
    grouped = [(key, value) for key, value, out in zip(asked.keys, values, marks, strict=True) if not out]
    pinned |= {next(iter(key.columns)) for key, _ in grouped if key.bare}
    for key, value in grouped:
        if key.bare:
            written = "null" if value is None else f"[{spelled(value)},{spelled(value)}]"
            texts.append(f"{key.text} in {written}")
        elif not key.columns <= pinned:
            texts.append(f"{key.text} = {spelled(value)}")
    texts += [each.text for each in asked.conditions if each.pins or not each.columns <= pinned]
    return mark(secret, asked.source, *sorted(set(texts)))


def spelled(value: object) -> str:
    """A key's value as conditions spell it, numbers alike whatever their type."""
    match value:
        case bool() | None:
            return str(value)
        case int() | Decimal():
            return str(Fraction(value))
        case float():
            return str(Fraction(value)) if np.isfinite(value) else str(value)
        case str():
            return repr(value)
        case _:
            return repr(str(value))


@dataclass(frozen=True)
class Suspects:
    """Places of new cells that may differ too little from earlier ones, and of those that equal one for certain."""

    near: frozenset[int]
    equal: frozenset[int]


def suspects(new: CellSets, old: CellSets, most: int) -> Suspects:
    """What the cheap test says of new cells against old ones; `most`: the largest difference that is too small."""
    nothing: frozenset[int] = frozenset()
    if not len(new) or not len(old):
        return Suspects(nothing, nothing)
    order = np.argsort(old.counts, kind="stable")
    first = np.searchsorted(old.counts[order], new.counts - most, side="left")
    last = np.searchsorted(old.counts[order], new.counts + most, side="right")
    if int((last - first).sum()) > MOST_PAIRS:
        return Suspects(frozenset(new.places[last > first].tolist()), nothing)
    left = np.repeat(np.arange(len(new)), last - first)
    start = np.repeat(np.cumsum(last - first) - (last - first), last - first)
    right = order[np.repeat(first, last - first) + np.arange(len(left)) - start]
    differ = new.forms[left] != old.forms[right]
    by_count = new.counts[left] - old.counts[right]
    pairs = differ
    equal = np.zeros_like(differ)
    if new.keyed and old.keyed:
        by_sum = new.sums[left] - old.sums[right]
        more, fewer = (most + by_count) // 2, (most - by_count) // 2
        pairs = differ & (by_sum <= more * KEYS) & (by_sum >= -fewer * KEYS)
        equal = differ & (by_count == 0) & (by_sum == 0) & bool(new.unique and old.unique)
    near, same = (frozenset(new.places[left[found]].tolist()) for found in (pairs & ~equal, equal))
    return Suspects(near - same, same)


def too_close(difference: int, one: int, other: int, *, least: int, margin: int, secret: bytes) -> bool:
    """Whether two cells, by their forms, differ by too few: fewer than the minimum, or than up to `margin` more.

    The threshold is drawn for each pair once and for all: an attacker who knows all of the difference but one person
    would otherwise read her off a sharp one.
    """
    if difference < least:
        return True
    if difference >= least + margin:
        return False
    low, high = sorted((one, other))
    drawn = hashlib.blake2b(f"{low} {high}".encode(), key=secret[:64], digest_size=8).digest()
    return difference < least + int.from_bytes(drawn, "little") % (margin + 1)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two cells by their places: units in both, and among them those with equally many rows in both."""

    new: int
    old: int
    shared: int
    same: int


def conflicts(
    new: CellSets, old: CellSets, overlaps: Sequence[Overlap], *, least: int, margin: int, secret: bytes
) -> frozenset[int]:
    """The places of new cells that differ from an old one of another question by too few units.

    Units differ between two cells if they stand in one alone or with another number of rows. Of two cells of one table
    (`new is old`) the smaller has to yield.
    """
    at_new = {place: index for index, place in enumerate(new.places.tolist())}
    at_old = {place: index for index, place in enumerate(old.places.tolist())}
    found: set[int] = set()
    for overlap in sorted(overlaps, key=lambda each: -int(new.counts[at_new[each.new]]) if each.new in at_new else 0):
        left, right = at_new.get(overlap.new), at_old.get(overlap.old)
        if left is None or right is None or new.forms[left] == old.forms[right]:
            continue
        if new is old and (overlap.old in found or (new.counts[left], left) > (old.counts[right], right)):
            continue
        difference = int(new.counts[left] + old.counts[right]) - overlap.shared - overlap.same
        forms = int(new.forms[left]), int(old.forms[right])
        if too_close(difference, *forms, least=least, margin=margin, secret=secret):
            found.add(overlap.new)
    return frozenset(found)
