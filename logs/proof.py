"""Proving a delivered set complete and unaltered, or naming what is wrong with it, record by record."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from logs.checkpoint import CHECKPOINT, Verify, signed_checkpoint
from logs.delivered import Delivered
from logs.diagnosis import Entry, Finding, Wrong, diagnosed, examined
from logs.merkle import Frontier, leaf_hash
from logs.model import Sealed
from logs.seal import Head


class Source(StrEnum):
    """Who says where the log ended at some time."""

    RECEIPT = "receipt"  # the receiver's own notes of what it accepted: nothing may stand beyond the last
    WITNESS = "witness"  # kept elsewhere, handed in by whoever asks for the proof


@dataclass(frozen=True, slots=True)
class Witness:
    """That the log once ended there, and who says so."""

    source: Source
    head: Head


@dataclass(frozen=True, slots=True)
class Report:
    """What a proof found: how many records, where they end, what is wrong, and what they were compared with.

    `keys` are the public keys that signed the checkpoints found good; `checkpoints` how many those are, and
    `signed_up_to` the last number they cover.
    """

    records: int
    head: Head
    findings: tuple[Finding, ...]
    witnesses: tuple[Witness, ...]
    checkpoints: int = 0
    signed_up_to: int = 0
    keys: frozenset[str] = frozenset()
    keys_were_given: bool = False

    @property
    def proved(self) -> bool:
        """Whether the set is complete and unaltered."""
        return not self.findings


def prove(
    read: Callable[[], Iterable[Delivered]],
    *,
    witnesses: Sequence[Witness] = (),
    verify: Verify | None = None,
    keys: frozenset[str] = frozenset(),
) -> Report:
    """Read the delivered records through (a second time where something is wrong) and judge them.

    Everything is derived again from the records. `keys` are the signing keys trusted; with none given a checkpoint
    proves no more than that one key signed it.
    """
    checks = _Checkpoints(verify, keys)
    known: dict[int, list[Witness]] = {}
    for witness in witnesses:
        known.setdefault(witness.head.seq, []).append(witness)
    findings: list[Finding] = []
    head = Head()
    records = 0
    for item in read():
        entry = examined(item)
        records += 1
        if not (entry.sound and entry.number == head.seq + 1 and entry.previous == head.seal):
            return _diagnose(read, witnesses, _Checkpoints(verify, keys))
        head = Head(entry.number, entry.seal)
        findings += _against(entry, known.get(head.seq, ()))
        findings += checks.look(entry)
    findings += _beyond(head, witnesses)
    return checks.report(records, head, findings, witnesses)


def _diagnose(read: Callable[[], Iterable[Delivered]], witnesses: Sequence[Witness], checks: "_Checkpoints") -> Report:
    entries = [examined(item) for item in read()]
    ends = {witness.head.seq: witness.head.seal for witness in witnesses}
    chosen, findings = diagnosed(entries, ends)
    named = {finding.first for finding in findings}
    for number, entry in sorted(chosen.items()):
        if number in named:
            checks.skip()
            continue
        findings += _against(entry, [witness for witness in witnesses if witness.head.seq == number])
        findings += checks.look(entry)
    head = Head(max(chosen), chosen[max(chosen)].seal) if chosen else Head()
    findings += _beyond(head, witnesses)
    findings.sort(key=lambda finding: (finding.first or 0, finding.place or 0))
    return checks.report(len(entries), head, findings, witnesses)


def _against(entry: Entry, witnesses: Iterable[Witness]) -> list[Finding]:
    """A finding where a witness knows another seal for this record."""
    return [
        entry.finding(Wrong.CONTRADICTED, differs=(witness.source.value,))
        for witness in witnesses
        if witness.head.seal != entry.seal
    ]


def _beyond(head: Head, witnesses: Sequence[Witness]) -> list[Finding]:
    """What the witnesses know of the end: records cut off, records nobody received, or no record at all."""
    last = max((witness.head.seq for witness in witnesses), default=0)
    if last > head.seq:
        return [Finding(Wrong.CUT_OFF, head.seq + 1, last)]
    received = max((witness.head.seq for witness in witnesses if witness.source is Source.RECEIPT), default=head.seq)
    if received < head.seq:
        return [Finding(Wrong.UNRECEIVED, received + 1, head.seq)]
    return [] if head.seq else [Finding(Wrong.EMPTY, None)]


class _Checkpoints:
    """Counts the signed checkpoints that hold, and finds those that do not."""

    def __init__(self, verify: Verify | None, trusted: frozenset[str]) -> None:
        self._verify = verify
        self._trusted = trusted
        self._keys: set[str] = set()
        self._good = 0
        self._signed_up_to = 0
        self._tree: Frontier | None = None

    def look(self, entry: Entry) -> list[Finding]:
        link = entry.link
        if link is None:
            return []
        root = self._grow(link)
        if link.event.kind != CHECKPOINT or self._verify is None:
            return []
        signed = signed_checkpoint(link)
        if signed is None:
            return [entry.finding(Wrong.BAD_CHECKPOINT, differs=("signature",))]
        said = signed.checkpoint
        wrong = tuple(
            name
            for name, holds in (
                ("seal", (said.size, said.seal) == (link.seq - 1, link.previous)),
                ("root", root in (None, said.root)),
                ("signature", signed.holds(self._verify)),
                ("key", signed.key in (self._trusted or self._keys or {signed.key})),
            )
            if not holds
        )
        if wrong:
            return [entry.finding(Wrong.BAD_CHECKPOINT, differs=wrong)]
        self._keys.add(signed.key)
        self._good += 1
        self._signed_up_to = said.size
        return []

    def skip(self) -> None:
        """A record that is wrong in itself: roots over it and what follows cannot be told."""
        self._tree = None

    def _grow(self, link: Sealed) -> str | None:
        """The root over all records before this one, which joins them; `None` once one of them was not there."""
        if link.seq == 1:
            self._tree = Frontier(link.hash)
        if self._tree is None or self._tree.size != link.seq - 1:
            self._tree = None
            return None
        before = self._tree.root.hex() if link.event.kind == CHECKPOINT else None
        self._tree, _ = self._tree.grown([leaf_hash(link.text.encode(), self._tree.hash)])
        return before

    def report(self, records: int, head: Head, findings: Iterable[Finding], witnesses: Sequence[Witness]) -> Report:
        return Report(
            records=records,
            head=head,
            findings=tuple(findings),
            witnesses=tuple(witnesses),
            checkpoints=self._good,
            signed_up_to=self._signed_up_to,
            keys=frozenset(self._keys),
            keys_were_given=bool(self._trusted),
        )
