"""Check digits of identifiers, computed from the characters before them."""

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Characters of a unified social credit code (GB 32100): no I, O, S, V, Z."""

_CREDIT_VALUES = {character: value for value, character in enumerate(CREDIT_ALPHABET)}
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def resident_check(body: str) -> str:
    """The 18th character of a resident ID number from its first 17 digits (GB 11643, ISO 7064 MOD 11-2).

    >>> resident_check("11010519491231002")
    'X'
    """
    return "0123456789X"[(1 - 2 * int(body, 13)) % 11]


def credit_check(body: str) -> str:
    """The 18th character of a unified social credit code from its first 17 (GB 32100).

    >>> credit_check("91350100M000100Y4")
    '3'
    """
    total = sum(weight * _CREDIT_VALUES[character] for weight, character in zip(_CREDIT_WEIGHTS, body, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1).

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    odd = sum(map(int, digits[-1::-2]))
    even = sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return (odd + even) % 10 == 0
