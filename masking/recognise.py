"""What a whole column holds, from its name, its title and a sample of its distinct values."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite

from masking import certificates, contacts, words
from masking.cues import Cue, cues_of
from masking.find import find
from masking.model import MENTIONED, Evidence, Kind, Mention, Recognition

Scan = Callable[[str, Sequence[str]], Sequence[Mention]]
"""Finds identifiers in one text, given the words of its column's name and title; `find`, or presidio's."""

SCANNED = 300  # distinct cells that are read as text; forms and check digits are tried on all
COVERS = 0.9  # share of a cell that a mention must span to count as the whole of it
FEW = 5  # below so many distinct values a kind without a check digit needs a word that names it
PLENTY = 20  # so many distinct numbers must fit before bare numbers are taken for an identifier
CUE_ALONE, STRONG_CUE, WEAK_CUE = 0.5, 0.6, 0.3
RARE = 0.02  # names, addresses and the like in less of the cells than this are chance
NUMERIC_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Trust:
    """How sure a form is, and the share of values that must show it: alone, and beside a word that names it."""

    form: float
    alone: float
    named: float
    checked: bool = False  # chance hardly ever makes such a value


TRUST: Mapping[Kind, Trust] = {
    Kind.RESIDENT_ID: Trust(0.99, 0.4, 0.05, checked=True),
    Kind.USCC: Trust(0.99, 0.4, 0.05, checked=True),
    Kind.EMAIL: Trust(0.98, 0.5, 0.05, checked=True),
    Kind.MAC: Trust(0.95, 0.6, 0.1, checked=True),
    Kind.BANK_CARD: Trust(0.9, 0.7, 0.1),
    Kind.MOBILE: Trust(0.9, 0.7, 0.1),
    Kind.PLATE: Trust(0.9, 0.7, 0.1),
    Kind.IP: Trust(0.9, 0.7, 0.1),
    Kind.COORDINATE: Trust(0.9, 0.7, 0.3),
    Kind.LANDLINE: Trust(0.85, 0.7, 0.1),
    Kind.ORGANISATION_NAME: Trust(0.85, 0.6, 0.2),
    Kind.ADDRESS: Trust(0.85, 0.5, 0.2),
    Kind.PASSPORT: Trust(0.8, 0.8, 0.2),
    Kind.PERMIT: Trust(0.75, 0.8, 0.2),
    Kind.PERSON_NAME: Trust(0.75, 0.8, 0.3),
    Kind.BIRTH_DATE: Trust(0.9, 1.1, 0.5),  # a date is one of birth only where a word says so
}

FORMS: Mapping[Kind, Callable[[str], bool]] = {
    Kind.RESIDENT_ID: certificates.resident_id,
    Kind.USCC: certificates.uscc,
    Kind.PASSPORT: certificates.passport,
    Kind.PERMIT: certificates.permit,
    Kind.BANK_CARD: certificates.bank_card,
    Kind.EMAIL: contacts.email,
    Kind.MOBILE: contacts.mobile,
    Kind.LANDLINE: contacts.landline,
    Kind.PLATE: contacts.plate,
    Kind.MAC: contacts.mac,
    Kind.IP: contacts.ip,
    Kind.COORDINATE: contacts.coordinate,
    Kind.ADDRESS: words.address,
    Kind.ORGANISATION_NAME: words.organisation_name,
    Kind.PERSON_NAME: words.person_name,
}
"""Per kind whether a whole value has its form and passes its check."""

LOOSE: Mapping[Kind, Callable[[str], bool]] = {
    Kind.PASSPORT: certificates.old_passport,
    Kind.PERMIT: certificates.plain_permit,
    Kind.LANDLINE: contacts.local_line,
    Kind.COORDINATE: contacts.degrees,
}
"""Forms too plain to count unless the column's name or title speaks of the kind."""

COMPANIONS = (
    frozenset({Kind.MOBILE, Kind.LANDLINE}),
    frozenset({Kind.RESIDENT_ID, Kind.PASSPORT, Kind.PERMIT}),
    frozenset({Kind.PERSON_NAME, Kind.ORGANISATION_NAME}),
)
"""Kinds that share columns: together they must reach the share, the more frequent one gives its name."""

WEAK_MENTIONS = frozenset(
    {Kind.PERSON_NAME, Kind.ORGANISATION_NAME, Kind.ADDRESS, Kind.LANDLINE, Kind.IP, Kind.COORDINATE}
)


def classify(name: str, title: str, sample: Sequence[object], *, scan: Scan = find) -> Recognition:
    """What the column holds. `sample`: distinct values of whatever type, absent ones left out or not.

    A word at the end of the name or title settles the kind even where the values fail their check, less surely.
    """
    cells = [cell for value in sample if (cell := written(value))]
    numeric = bool(cells) and all(isinstance(value, int | float | Decimal) for value in sample if value is not None)
    cues = cues_of(name, title)
    spoken = {cue.kind for cue in cues}
    context = (name, title)
    whole, inside = _seen(cells, context, spoken, scan)
    if any(isinstance(value, date) for value in sample) and Kind.BIRTH_DATE in spoken:
        whole[Kind.BIRTH_DATE] = sum(isinstance(value, date) for value in sample)
    elif Kind.BIRTH_DATE in spoken:
        whole[Kind.BIRTH_DATE] = sum(map(_day, cells))
    by_value = _strongest(whole, len(cells), cues, numeric=numeric)
    by_cue = cues[0] if cues and cues[0].strong else None
    if by_cue is not None and (by_value is None or not _overrules(by_value, by_cue.kind, whole, len(cells))):
        return _named(by_cue, whole, len(cells))
    if by_value is not None:
        return _valued(by_value, whole, len(cells), next((cue for cue in cues if cue.kind is by_value), None))
    return Recognition(None, 0.0, 0.0, ()) if numeric else _running(inside, min(len(cells), SCANNED))


def written(value: object) -> str:
    """The value as it would stand in a file; empty for one that cannot identify anybody (absent, truth, bytes).

    >>> written(13800138000.0), written(None), written("  ")
    ('13800138000', '', '')
    """
    match value:
        case None | bool() | bytes():
            return ""
        case float() | Decimal() if isfinite(value) and value == int(value):
            return str(int(value))
        case _:
            return str(value).strip()


def _seen(
    cells: Sequence[str], context: Sequence[str], spoken: set[Kind], scan: Scan
) -> tuple[Counter[Kind], Counter[Kind]]:
    """How many cells are a value of each kind, and how many mention one without being one."""
    whole: Counter[Kind] = Counter()
    inside: Counter[Kind] = Counter()
    for place, cell in enumerate(cells):
        kinds = {kind for kind, holds in FORMS.items() if holds(cell)}
        kinds |= {kind for kind, holds in LOOSE.items() if kind in spoken and holds(cell)}
        if place < SCANNED:
            mentions = scan(cell, context)
            kinds |= {mention.kind for mention in mentions if mention.length >= COVERS * len(cell)}
            inside.update({mention.kind for mention in mentions})
        whole.update(_one_reading(kinds))
    return whole, inside


def _one_reading(kinds: set[Kind]) -> set[Kind]:
    """A resident ID is no bank card, a passport that may be a permit counts as both."""
    return kinds - {Kind.BANK_CARD} if Kind.RESIDENT_ID in kinds else kinds


def _strongest(whole: Counter[Kind], of: int, cues: Sequence[Cue], *, numeric: bool) -> Kind | None:
    """The kind that the values show by themselves or together with a word; the surest where several do."""
    spoken = {cue.kind for cue in cues}
    able = [kind for kind in whole if _enough(kind, whole, of, named=kind in spoken, numeric=numeric)]
    return max(able, key=lambda kind: (whole[kind] * TRUST[kind].form, kind in spoken), default=None)


def _enough(kind: Kind, whole: Counter[Kind], of: int, *, named: bool, numeric: bool) -> bool:
    trust = TRUST[kind]
    together = sum(whole[other] for other in _companions(kind))
    if named:
        return together >= trust.named * of
    if numeric and not (of >= PLENTY and together >= NUMERIC_SHARE * of):
        return False
    if of < FEW and not trust.checked:
        return False
    return min(together, of) >= trust.alone * of


def _companions(kind: Kind) -> frozenset[Kind]:
    return next((group for group in COMPANIONS if kind in group), frozenset({kind}))


def _overrules(kind: Kind, named: Kind, whole: Counter[Kind], of: int) -> bool:
    """Whether values speak against the word: of the kind's own company, or checked and in the majority."""
    if kind is named or kind in _companions(named):
        return True
    return TRUST[kind].checked and whole[kind] > of / 2


def _named(cue: Cue, whole: Counter[Kind], of: int) -> Recognition:
    share = whole[cue.kind] / of if of else 0.0
    evidence = (Evidence(f"cue.{cue.rule}", of, of), *_counts(whole, of, cue.kind))
    return Recognition(cue.kind, round(CUE_ALONE + share * TRUST[cue.kind].form * 0.1, 3), round(share, 4), evidence)


def _valued(kind: Kind, whole: Counter[Kind], of: int, cue: Cue | None) -> Recognition:
    share = whole[kind] / of
    gain = 0.0 if cue is None else STRONG_CUE if cue.strong else WEAK_CUE
    confidence = 1 - (1 - share * TRUST[kind].form) * (1 - gain)
    spoken = () if cue is None else (Evidence(f"cue.{cue.rule}", of, of),)
    return Recognition(kind, round(confidence, 3), round(share, 4), (*spoken, *_counts(whole, of, kind)))


def _counts(whole: Counter[Kind], of: int, first: Kind) -> Iterator[Evidence]:
    yield Evidence(f"value.{first}", whole[first], of)
    yield from (
        Evidence(f"value.{kind}", count, of) for kind, count in whole.most_common() if kind is not first and count
    )


def _running(inside: Counter[Kind], of: int) -> Recognition:
    """Text that mentions identifiers: one cell is enough for those with a form of their own."""
    found = {kind: count for kind, count in inside.items() if kind not in WEAK_MENTIONS or count >= RARE * of}
    if not found:
        return Recognition(None, 0.0, 0.0, ())
    top = max(found.values())
    evidence = tuple(Evidence(MENTIONED + kind, found[kind], of) for kind in Kind if kind in found)
    sure = max(TRUST[kind].form for kind in found)
    return Recognition(Kind.FREE_TEXT, round(sure, 3), round(top / of, 4), evidence)


def _day(cell: str) -> bool:
    digits = "".join(character for character in cell[:10] if character.isdecimal())
    try:
        date.fromisoformat(digits if len(digits) == 8 else "")  # noqa: PLR2004 year, month and day
    except ValueError:
        return False
    return True
