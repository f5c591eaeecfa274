"""What is wrong with which record, once a delivered set is known not to be one unbroken chain.

The idea: a record's seal is known to its successor, so a record is found again by its seals even when its number or
its text was changed, and a record that was sealed anew is betrayed by the one after it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from logs.canonical import moment
from logs.delivered import NUMBER, PREVIOUS, SEAL, Delivered, differences, link_of
from logs.errors import NotAnEvent
from logs.model import Sealed
from logs.seal import GENESIS, sealed_over

LATEST = 4_000_000_000_000_000_000  # nanoseconds since 1970; a later time is damage, not a time


class Wrong(StrEnum):
    """What can be wrong with a record of a delivered set."""

    MISSING = "missing"
    CUT_OFF = "cut off"  # missing at the end, which only a witness can know
    ALTERED = "altered"
    REPLACED = "replaced"  # sound in itself, but not the record that its successor was sealed after
    INSERTED = "inserted"
    REPEATED = "repeated"
    MOVED = "moved"
    CONTRADICTED = "contradicted"  # a receipt or a witness knows another seal
    UNRECEIVED = "unreceived"  # beyond what the receiver's receipts say it accepted
    BAD_CHECKPOINT = "bad checkpoint"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the number (or numbers, to `last`), the place it stands at, its time, kind and id.

    `differs` names the fields that do not agree with the rest of the record or with its neighbours.
    """

    wrong: Wrong
    first: int | None
    last: int | None = None
    place: int | None = None
    at: str | None = None
    kind: str | None = None
    event: str | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivered record after a look at it alone; `sound` when its fields agree and its seal is right for them."""

    place: int
    number: int | None
    text: str
    previous: str
    seal: str
    link: Sealed | None
    sound: bool
    differs: tuple[str, ...]
    at: str | None
    kind: str | None
    event: str | None

    def finding(self, wrong: Wrong, *, number: int | None = None, differs: tuple[str, ...] = ()) -> Finding:
        """A finding about this record; `number` where it is not the one the record claims."""
        first = self.number if number is None else number
        return Finding(wrong, first, None, self.place, self.at, self.kind, self.event, differs)


def examined(item: Delivered) -> Entry:
    """Look at one record by itself."""
    fields = item.fields or {}
    text, previous, seal, number = (fields.get(name) for name in ("body", PREVIOUS, SEAL, NUMBER))
    claims = (
        number if type(number) is int else None,
        text if isinstance(text, str) else "",
        previous if isinstance(previous, str) else "",
        seal if isinstance(seal, str) else "",
    )
    try:
        link = link_of(fields)
    except NotAnEvent as cause:
        part = cause.part if cause.part in (PREVIOUS, SEAL) else "body"
        broken = item.differs or ((part,) if fields else ("record",))
        time, kind, event = (fields.get(name) for name in ("time_unix_nano", "event_name", "attribute log.record.uid"))
        return Entry(item.place, *claims, None, False, broken, _time(time), _word(kind), _word(event))
    differs = differences(fields, link) + item.differs
    sound = not differs and _seal(link.previous, link) == link.seal
    about = (moment(link.event.at), link.event.kind, link.event.id)
    return Entry(item.place, link.seq, link.text, link.previous, link.seal, link, sound, differs, *about)


def diagnosed(entries: Sequence[Entry], ends: Mapping[int, str]) -> tuple[dict[int, Entry], list[Finding]]:
    """The record that stands for each number, and what is wrong; `ends` are seals that witnesses know, by number."""
    chosen, spare = _claimed(entries, ends)
    findings = _strangers(chosen, _placed(chosen, spare, entries))
    findings += _missing(sorted(chosen))
    findings += _altered(chosen, ends)
    findings += _moved(chosen)
    return chosen, findings


def _claimed(entries: Sequence[Entry], ends: Mapping[int, str]) -> tuple[dict[int, Entry], list[Entry]]:
    """For each number the sound record that its neighbours know best; and all other records."""
    rivals: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.sound and entry.number is not None:
            rivals[entry.number].append(entry)

    def known(entry: Entry) -> tuple[bool, bool, int]:
        number = entry.number or 0
        after = {next.previous for next in rivals.get(number + 1, ())} | {ends.get(number)}
        before = {last.seal for last in rivals.get(number - 1, ())} | ({GENESIS} if number == 1 else set())
        return entry.seal in after, entry.previous in before, -entry.place

    chosen = {number: max(group, key=known) for number, group in rivals.items()}
    return chosen, [entry for entry in entries if not entry.sound or chosen.get(entry.number or 0) is not entry]


def _placed(chosen: dict[int, Entry], spare: Iterable[Entry], entries: Sequence[Entry]) -> list[Entry]:
    """Give each unsound record the number that is free for it: by its seals, by its claim, by its neighbours.

    The ones that find none are returned with every sound rival that was not chosen.
    """
    followed = {entry.previous: number - 1 for number, entry in chosen.items()}
    follows = {entry.seal: number + 1 for number, entry in chosen.items()} | {GENESIS: 1}
    order = {entry.place: index for index, entry in enumerate(entries)}
    homeless = []
    for entry in spare:
        index = order[entry.place]
        neighbour = entries[index - 1].number if index else 0
        guesses = (
            followed.get(entry.seal),
            follows.get(entry.previous),
            entry.number,
            None if neighbour is None else neighbour + 1,
        )
        free = [number for number in guesses if number is not None and number > 0 and number not in chosen]
        if entry.sound or not free:
            homeless.append(entry)
        else:
            chosen[free[0]] = entry
    return homeless


def _strangers(chosen: Mapping[int, Entry], homeless: Iterable[Entry]) -> list[Finding]:
    """Records that no number is free for: delivered twice, or slipped in."""
    seals = {(entry.seal, entry.text) for entry in chosen.values()}
    return [
        entry.finding(Wrong.REPEATED)
        if entry.sound and (entry.seal, entry.text) in seals
        else entry.finding(Wrong.INSERTED, differs=entry.differs)
        for entry in homeless
    ]


def _missing(numbers: Sequence[int]) -> list[Finding]:
    """The gaps between the numbers there are, counted from 1."""
    return [
        Finding(Wrong.MISSING, before + 1, after - 1 if after - 1 > before + 1 else None)
        for before, after in zip((0, *numbers), numbers, strict=False)
        if after > before + 1
    ]


def _altered(chosen: Mapping[int, Entry], ends: Mapping[int, str]) -> list[Finding]:
    """Records unsound in themselves, and sound ones that their neighbours disown."""
    findings = []
    for number, entry in chosen.items():
        before, after = chosen.get(number - 1), chosen.get(number + 1)
        behind = GENESIS if number == 1 else before.seal if before and before.sound else None
        ahead = after.previous if after and after.sound else ends.get(number)
        if not entry.sound:
            differs = _changed(entry, behind, ahead)
            findings.append(entry.finding(Wrong.ALTERED, number=number, differs=differs))
        elif ahead is not None and ahead != entry.seal:
            # The link to the successor is broken. The successor is to blame when its own successor disowns it too.
            beyond = chosen.get(number + 2)
            disowned = after is not None and beyond is not None and beyond.sound and beyond.previous != after.seal
            if not (disowned and behind == entry.previous):
                findings.append(entry.finding(Wrong.REPLACED, differs=("attribute log.seal",)))
    return findings


def _changed(entry: Entry, behind: str | None, ahead: str | None) -> tuple[str, ...]:
    """The fields of an unsound record that were changed, as far as its own text and its neighbours tell."""
    if entry.link is None or _seal(entry.previous, entry.link) == entry.seal:
        return entry.differs
    names = set(entry.differs)
    if behind is not None and behind != entry.previous:
        names.add(PREVIOUS)
    if ahead is not None and ahead != entry.seal:
        names.add(SEAL)
    true = _seal(behind if behind is not None else entry.previous, entry.link)
    if true != (ahead if ahead is not None else entry.seal):
        names.add("body")
    return tuple(sorted(names))


def _moved(chosen: Mapping[int, Entry]) -> list[Finding]:
    """The fewest records to take out for the rest to stand in order; of records that changed places, both."""
    numbers = [number for number, _ in sorted(chosen.items(), key=lambda pair: pair[1].place)]
    rightful = sorted(numbers)
    if numbers == rightful:
        return []
    stands = dict(zip(rightful, numbers, strict=True))
    swapped = {number for number in numbers if stands[number] != number and stands[stands[number]] == number}
    rest = [number for number in numbers if number not in swapped]
    fewest = set(numbers) - set(_longest_rise(numbers))
    pairs = swapped | set(rest) - set(_longest_rise(rest))
    moved = pairs if len(pairs) <= 2 * len(fewest) else fewest
    return [chosen[number].finding(Wrong.MOVED, number=number) for number in sorted(moved)]


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """A longest rising subsequence.

    >>> _longest_rise([1, 2, 7, 4, 5, 6, 3, 8])
    [1, 2, 4, 5, 6, 8]
    """
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else None)
        tails[at : at + 1] = [number]
        ends[at : at + 1] = [index]
    rise: list[int] = []
    at_end: int | None = ends[-1] if ends else None
    while at_end is not None:
        rise.append(numbers[at_end])
        at_end = before[at_end]
    return rise[::-1]


def _seal(previous: str, link: Sealed) -> str | None:
    try:
        return sealed_over(previous, link.text, link.hash)
    except ValueError:
        return None


def _time(nanoseconds: object) -> str | None:
    if not isinstance(nanoseconds, int) or not 0 <= nanoseconds < LATEST:
        return None
    return moment(datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC))


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
