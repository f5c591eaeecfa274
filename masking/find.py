"""Identifiers inside text: each kind's own finder, then one verdict for spans that overlap."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from masking import certificates, contacts
from masking.cues import CUES
from masking.model import Kind, Mention
from masking.words import addresses_in, names_in, organisations_in

CONTEXT_GAIN = 0.35  # what a word of the kind beside a match, or in the column's name, adds to its score
ENOUGH = 0.4  # matches below this score are not reported
NEAR = 12  # characters before a match in which such a word is looked for

Finder = Callable[[str], Iterable[Mention]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A form that a kind is written in, and the check its match must pass."""

    kind: Kind
    rule: str
    pattern: re.Pattern[str]
    score: float
    holds: Callable[[str], bool]

    def find(self, text: str) -> Iterator[Mention]:
        """Every match that passes the check."""
        for found in self.pattern.finditer(text):
            if self.holds(found[0]):
                yield Mention(self.kind, found.start(), found.end(), self.score, self.rule)


def _shape(kind: Kind, rule: str, pattern: str, score: float, holds: Callable[[str], bool]) -> Shape:
    return Shape(kind, rule, re.compile(pattern, re.IGNORECASE | re.VERBOSE), score, holds)


def _bound(kind: Kind, rule: str, pattern: str, score: float, holds: Callable[[str], bool]) -> Shape:
    """A shape that no letter or digit touches and that is no part of a decimal number.

    `\\b` would not do: Chinese characters are word characters.
    """
    return _shape(kind, rule, rf"(?<![0-9A-Z])(?<![0-9]\.)(?:{pattern})(?![0-9A-Z]|\.[0-9])", score, holds)


def _mobile_in_pieces(value: str) -> bool:
    digits = re.sub(r"[ -]", "", value)
    return contacts.mobile(f"+{digits}" if digits.startswith("86") else digits)


def _pair_on_earth(value: str) -> bool:
    first, second = re.findall(r"[-+]?[0-9]{1,3}\.[0-9]+", value)
    return contacts.on_earth(first, second)


_CARD = r"""
    [0-9]{4}(?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{1,4}(?:(?P=gap)[0-9]{1,3})?
    |3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5}
    |[0-9]{13,19}
"""
_ADDRESS_OF_MAIL = r"(?<![0-9A-Z._%+-])[0-9A-Z._%+-]{1,64}@(?:[0-9A-Z-]{1,63}\.)+[A-Z]{2,24}(?![0-9A-Z])"
_MOBILE = r"""
    (?<![0-9A-Z])(?<![0-9]\.)(?:(?:\+|00)?86[- ]?)?
    1[3-9][0-9](?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}(?![0-9A-Z])
"""
_LANDLINE = r"""
    (?<![0-9A-Z])(?:
    (?:(?:\+|00)86[- ]?)?\(?0?(?:10|2[0-9]|[3-9][0-9]{2})\)?[- ]?[2-9][0-9]{6,7}(?:[-转][ ]?[0-9]{1,6})?
    |[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}
    |[48]00[- ]?[0-9]{4}[- ]?[0-9]{3}
    )(?![0-9A-Z])
"""
_FOUR_PARTS = r"(?<![0-9A-Z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?[0-9])(?![A-Z])"
_SIX = r"(?<![0-9A-Z:])[0-9A-F]{0,4}(?::[0-9A-F]{0,4}){2,7}(?![0-9A-Z:])"
_PAIR = r"(?<![0-9.])[-+]?[0-9]{1,3}\.[0-9]{3,}(?:[ ]?[,，;、][ ]?|[ ])[-+]?[0-9]{1,3}\.[0-9]{3,}(?![0-9])"

SHAPES = (
    _bound(
        Kind.RESIDENT_ID, "check_digit", r"[0-9]{6}[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9X]", 0.99, certificates.resident_id
    ),
    _bound(Kind.RESIDENT_ID, "fifteen_digits", r"[0-9]{15}", 0.55, certificates.resident_id),
    _bound(Kind.USCC, "check_character", r"[1-9ANY][1-9A-Y][ ]?[0-9]{6}[ ]?[0-9A-Y]{10}", 0.99, certificates.uscc),
    _bound(Kind.BANK_CARD, "luhn_and_prefix", _CARD, 0.85, certificates.bank_card),
    _bound(Kind.PASSPORT, "form", certificates.PASSPORT, 0.45, certificates.passport),
    _bound(Kind.PASSPORT, "old_form", certificates.OLD_PASSPORT, 0.1, certificates.old_passport),
    _bound(Kind.PERMIT, "form", certificates.PERMIT, 0.45, certificates.permit),
    _bound(Kind.PERMIT, "digits_alone", certificates.PLAIN_PERMIT, 0.1, certificates.plain_permit),
    _shape(Kind.EMAIL, "form", _ADDRESS_OF_MAIL, 0.95, contacts.email),
    _shape(Kind.MOBILE, "number_range", _MOBILE, 0.8, _mobile_in_pieces),
    _shape(Kind.LANDLINE, "area_code", _LANDLINE, 0.6, contacts.landline),
    _shape(Kind.PLATE, "form", rf"(?:{contacts.PLATE})(?![0-9A-Z])", 0.85, contacts.plate),
    _bound(Kind.MAC, "form", contacts.MAC, 0.9, contacts.mac),
    _shape(Kind.IP, "four_parts", _FOUR_PARTS, 0.7, contacts.ip),
    _shape(Kind.IP, "colons", _SIX, 0.7, contacts.ip),
    _shape(Kind.COORDINATE, "pair", _PAIR, 0.6, _pair_on_earth),
    _shape(Kind.COORDINATE, "angle", contacts.ANGLE.replace(" ", "[ ]"), 0.7, contacts.coordinate),
)
"""The forms that identifiers with a form of their own take in running text."""


def _finders() -> Mapping[Kind, tuple[Finder, ...]]:
    table: dict[Kind, tuple[Finder, ...]] = {
        kind: tuple(shape.find for shape in SHAPES if shape.kind is kind) for kind in {shape.kind for shape in SHAPES}
    }
    words = {Kind.PERSON_NAME: names_in, Kind.ORGANISATION_NAME: organisations_in, Kind.ADDRESS: addresses_in}
    return table | {kind: (finder,) for kind, finder in words.items()}


FINDERS = _finders()
"""Per kind what finds it in a text, before any word beside the match is weighed."""


def find(text: str, context: Sequence[str] = ()) -> tuple[Mention, ...]:
    """Identifiers in a text, left to right, none overlapping. `context`: words of the column's name and title.

    >>> [(found.kind.value, found.rule) for found in find("请联系13812345678")]
    [('mobile', 'number_range')]
    """
    narrowed = text.translate(NARROW)
    found = (mention for finders in FINDERS.values() for finder in finders for mention in finder(narrowed))
    return settle(weighed(mention, narrowed, context) for mention in found)


def weighed(mention: Mention, text: str, context: Sequence[str]) -> Mention:
    """The mention with the gain of a word of its kind that stands close before it or in the column's name."""
    spoken = [given.lower() for given in context]
    if near(mention, text) or any(word in given for word in CUES[mention.kind].near for given in spoken):
        return replace(mention, score=min(1.0, mention.score + CONTEXT_GAIN))
    return mention


def near(mention: Mention, text: str) -> bool:
    """Whether a word of the mention's kind stands close before it in the text."""
    before = text[max(0, mention.start - NEAR) : mention.start].lower()
    return any(word in before for word in CUES[mention.kind].near)


def settle(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Of overlapping mentions the longest, then the surest kind; what scores too little is left out."""
    order = {kind: place for place, kind in enumerate(Kind)}
    ranked = sorted(
        (mention for mention in mentions if mention.score >= ENOUGH),
        key=lambda mention: (-mention.length, order[mention.kind], -mention.score, mention.start),
    )
    kept: list[Mention] = []
    for mention in ranked:
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return tuple(sorted(kept, key=lambda mention: mention.start))


NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B) if chr(wide - 0xFEE0).isalnum()} | {
    ord("＠"): "@", ord("．"): ".", ord("－"): "-", ord("＋"): "+", ord("\u3000"): " "
}  # fmt: skip
"""Full-width digits, letters and signs, one character for one, so that places in the text stay what they are."""
