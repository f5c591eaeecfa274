"""Whether a whole value is the number of a document: resident ID, credit code, bank card, passport, permit."""

import re
import unicodedata
from datetime import date

from masking.checkdigits import CREDIT_ALPHABET, credit_check, luhn, resident_check

PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for number in range(first, last + 1)
)
"""First two digits of division codes (GB/T 2260); 71 is Taiwan."""

PERMIT_REGIONS = frozenset({"810000", "820000", "830000"})
"""First six digits of the residence permits of Hong Kong, Macao and Taiwan residents."""

BORN_FROM, BORN_UNTIL = 1880, 2099

_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_CREDIT = re.compile(rf"[1-9ANY][1-9A-HJ-NPQRTUWXY][0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}")
_CARD = re.compile(r"[0-9]{13,19}")

PASSPORT = r"[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E[0-9]{7}|[HK][0-9]{8}|K[A-Z][0-9]{7}|MA[0-9]{7}"
"""Ordinary, diplomatic, service and public-affairs passports of the mainland; Hong Kong's and Macao's."""
OLD_PASSPORT = r"1[45][0-9]{7}|[DSP][0-9]{7,8}"
"""Numbers of passports no longer issued, too plain to be known without a word beside them."""
PERMIT = r"C[0-9A-HJ-NP-Z][0-9]{7}|[WTL][0-9]{8}|[HM](?:[0-9]{8}|[0-9]{10})"
"""Permits to and from Hong Kong, Macao and Taiwan, and the home-return permit."""
PLAIN_PERMIT = r"[0-9]{8}|[0-9]{10}(?:\([A-Z]\))?"
"""Mainland travel permits of Taiwan residents: digits alone, known only by a word beside them."""
_PASSPORT, _OLD_PASSPORT = re.compile(PASSPORT), re.compile(OLD_PASSPORT)
_PERMIT, _PLAIN_PERMIT = re.compile(PERMIT), re.compile(PLAIN_PERMIT)

CARD_LENGTHS = (
    # (first and last prefix, lengths): ISO/IEC 7812 ranges of the schemes, then old domestic cards of Chinese banks
    ("62", "62", (16, 17, 18, 19)),
    ("81", "81", (16, 17, 18, 19)),
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14,)),
    ("309", "309", (14,)),
    ("36", "36", (14,)),
    ("38", "39", (14,)),
    ("35", "35", (16,)),
    ("2131", "2131", (15,)),
    ("1800", "1800", (15,)),
    ("6011", "6011", (16, 19)),
    ("64", "65", (16, 19)),
    ("50", "50", (16,)),
    ("56", "58", (16,)),
    ("67", "67", (16, 18, 19)),
    ("1", "1", (15,)),
    ("601428", "601428", (17,)),
    ("690755", "690755", (15, 18)),
    ("9558", "9559", (19,)),
)


def compact(value: str) -> str:
    """The value as it is checked: full-width characters narrowed, letters raised, spaces and hyphens taken out.

    >>> compact(" ９１ 110000 600037341l")
    '91110000600037341L'
    """
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value)).upper()


def resident_id(value: str) -> bool:
    """A resident ID number of 18 or 15 digits, or the number of a residence permit (81, 82, 83, and 9 for foreigners).

    Province, date of birth and check digit must be right. The county is not asked for: codes come, go and are reused.

    >>> resident_id("11010519491231002X"), resident_id("110105194912310021")
    (True, False)
    """
    number = compact(value)
    if _EIGHTEEN.fullmatch(number):
        return _place(number) and _birthday(number[6:14]) and number[17] == resident_check(number[:17])
    if _FIFTEEN.fullmatch(number):
        return number[:2] in PROVINCES and _birthday(f"19{number[6:12]}")
    return False


def uscc(value: str) -> bool:
    """A unified social credit code of a registering authority known to GB 32100, with the right check character."""
    number = compact(value)
    return _CREDIT.fullmatch(number) is not None and number[17] == credit_check(number[:17])


def bank_card(value: str) -> bool:
    """A payment card number: a length that goes with its prefix, the right check digit, and not a resident ID."""
    number = compact(value)
    if not _CARD.fullmatch(number) or not luhn(number):
        return False
    fits = any(
        first <= number[: len(first)] <= last and len(number) in lengths for first, last, lengths in CARD_LENGTHS
    )
    return fits and not resident_id(number)


def passport(value: str) -> bool:
    """A passport number of the mainland, Hong Kong or Macao by its form; there is no check digit to it."""
    return _PASSPORT.fullmatch(compact(value)) is not None


def old_passport(value: str) -> bool:
    """The number of a passport no longer issued; so plain that it counts only where the column says so."""
    return _OLD_PASSPORT.fullmatch(compact(value)) is not None


def permit(value: str) -> bool:
    """The number of an exit-entry permit by its form."""
    return _PERMIT.fullmatch(compact(value)) is not None


def plain_permit(value: str) -> bool:
    """The number of a Taiwan resident's permit; digits that count only where the column says so."""
    return _PLAIN_PERMIT.fullmatch(compact(value)) is not None


def _place(number: str) -> bool:
    if number[0] == "9":  # a foreigner's: 9, the province that issued it, the country's three digits
        return number[1:3] in PROVINCES
    return number[:2] in PROVINCES or number[:6] in PERMIT_REGIONS


def _birthday(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not BORN_FROM <= year <= BORN_UNTIL:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
