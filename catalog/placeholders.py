"""Identifiers that look like real ones and are nobody's: the n-th of a kind is always the same."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from catalog.municipal.enterprises import organisation_check
from masking.checkdigits import CREDIT_ALPHABET, credit_check, luhn, resident_check

NOWHERE = "350299"
"""A county code that GB/T 2260 has never assigned."""

_DAYS = 18_000
_RESERVED_WHOLE = 9_000_000_000_000


def placeholder(kind: str | None, number: int, *, whole: bool = False) -> str | int:
    """The identifier of that kind with that number, from 0; `whole` where the column holds integers.

    >>> placeholder("resident_id", 0), placeholder("mobile", 7)
    ('35029919000101001X', '10000000007')
    """
    if whole:
        return _RESERVED_WHOLE + number
    form = _FORMS.get(kind or "")
    return form(number) if form else f"SAMPLE-{number + 1:06d}"


def _resident_id(number: int) -> str:
    order, day = divmod(number, _DAYS)
    body = f"{NOWHERE}{date(1900, 1, 1) + timedelta(days=day):%Y%m%d}{order + 1:03d}"
    return body + resident_check(body)


def _uscc(number: int) -> str:
    letters = ""
    for _ in range(6):
        number, place = divmod(number, len(CREDIT_ALPHABET))
        letters = CREDIT_ALPHABET[place] + letters
    body = f"91{NOWHERE}MA{letters}{organisation_check('MA' + letters)}"
    return body + credit_check(body)


def _bank_card(number: int) -> str:
    body = f"999999{number:012d}"
    return next(card for card in (f"{body}{digit}" for digit in range(10)) if luhn(card))


_FORMS: Mapping[str, Callable[[int], str]] = {
    "resident_id": _resident_id,
    "uscc": _uscc,
    "bank_card": _bank_card,
    "mobile": lambda number: f"100{number:08d}",  # no subscriber's number begins with 100
    "landline": lambda number: f"0592-0{number:06d}",
    "email": lambda number: f"sample{number + 1}@example.com",
    "passport": lambda number: f"X{number:08d}",
    "permit": lambda number: f"X{number:09d}",
    "plate": lambda number: f"闽I{number:05d}",  # no plate bears the letter I
    "mac": lambda number: f"02:00:00:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
    "ip": lambda number: f"192.0.2.{number % 254 + 1}",
    "address": lambda number: f"厦门市示例路{number + 1}号",
    "organisation_name": lambda number: f"示例单位{number + 1}",
    "person_name": lambda number: f"示例{number + 1}",
}
