"""Check digits of resident ID numbers (GB 11643) and unified social credit codes (GB 32100, GB 11714)."""

from functools import lru_cache

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUES = {character: value for value, character in enumerate(CREDIT_ALPHABET)}
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def resident_check(body: str) -> str:
    """The 18th character of a resident ID number from its first 17 digits.

    >>> resident_check("11010519491231002")
    'X'
    """
    total = _weighed(0, body[:6]) + _weighed(6, body[6:14]) + _weighed(14, body[14:17])
    return RESIDENT_CHECKS[total % 11]


@lru_cache(maxsize=65_536)
def _weighed(start: int, digits: str) -> int:
    """County, birthday and order repeat across a register, so each is weighed once."""
    return sum(weight * int(digit) for weight, digit in zip(RESIDENT_WEIGHTS[start:], digits, strict=False))


def organisation_check(body: str) -> str:
    """The 9th character of an organisation code from its first eight.

    >>> organisation_check("D2143569")
    'X'
    """
    total = sum(weight * int(character, 36) for weight, character in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    return "0123456789X"[(11 - total % 11) % 11]


def credit_check(body: str) -> str:
    """The 18th character of a unified social credit code from its first 17.

    >>> credit_check("91350100M000100Y4")
    '3'
    """
    total = sum(weight * _CREDIT_VALUES[character] for weight, character in zip(CREDIT_WEIGHTS, body, strict=True))
    return CREDIT_ALPHABET[-total % 31]
