"""Keyed pseudonyms: the same value under the same key is the same stranger; without the key, nobody.

HMAC-SHA-256 in the engine needs the key only as two pads, which stand in a temporary table and in no SQL text.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from masking.families import Family, Misshapen
from masking.quoting import literal

PADS = "masking_pads"
"""The temporary table that holds the pads: one row, columns `inner_pad` and `outer_pad` of type BLOB."""

BLOCK, MOST_DIGITS, FEWEST_DIGITS = 64, 64, 12
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """The first hexadecimal digits of HMAC-SHA-256 over `label:value`.

    Columns with one label share their pseudonyms under one key, so that joins between them still hold.
    """

    label: str
    digits: int = 16
    families = frozenset({Family.TEXT, Family.WHOLE})

    def __post_init__(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise Misshapen("label 应为小写英文、数字和下划线", "label must be lower-case letters, digits, underscores")
        if not FEWEST_DIGITS <= self.digits <= MOST_DIGITS:
            raise Misshapen(f"digits 应为 {FEWEST_DIGITS} 至 {MOST_DIGITS}", "digits must be from 12 to 64")

    def sql(self, operand: str) -> str:
        """The pseudonym of a SQL operand; the pads must have been laid."""
        message = f"encode({literal(f'{self.label}:')} || CAST({operand} AS VARCHAR))"
        inner = f"sha256((SELECT inner_pad FROM {PADS}) || {message})"  # noqa: S608 a constant
        return f"left(sha256((SELECT outer_pad FROM {PADS}) || unhex({inner})), {self.digits})"  # noqa: S608

    def plain(self, value: object, key: bytes | None) -> object:
        """The pseudonym of one value; `None` stays `None`."""
        if key is None:
            raise ValueError("a pseudonym needs a key")
        if value is None:
            return None
        return hmac.new(key, f"{self.label}:{value}".encode(), hashlib.sha256).hexdigest()[: self.digits]


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer pad of a key (RFC 2104): what the engine is given instead of the key."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def key_for(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose (an agreement, the samples of a catalog), from the platform's secret."""
    return hmac.new(secret, f"masking/{purpose}".encode(), hashlib.sha256).digest()
