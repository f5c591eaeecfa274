"""Cell keys: the same set of units gets the same chance, however the question is phrased.

A cell's key is the mean of its rows' record keys, kept exact as the reduced fraction sum/count, under a keyed hash
(BLAKE2b). Repeating every row leaves the mean alone; xor would cancel pairs. Independent chances are
slices of the hash.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint32]
Words = npt.NDArray[np.uint32]  # shape (cells, 8): the hash of each cell as eight uniform 32-bit words

WORDS = 8
SHORTEST_SECRET = 16  # bytes


class Slice(IntEnum):
    """Which word of a set's hash decides what; words 4 to 7 seed the chances of arguments."""

    COUNT = 0
    MAGNITUDE = 1
    MOMENT = 2
    DISTINCT = 3


class Secret(IntEnum):
    """Which word of what a set keeps to itself decides what."""

    TOLD = 0
    P_PERCENT = 1
    SHARE = 2
    SPREAD = 3


@dataclass(frozen=True)
class CellKeys:
    """Hashes cells under the platform's secret; a sum and count once hashed are remembered for the release."""

    secret: bytes
    _seen: dict[tuple[bytes, bytes], Words] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise ValueError(f"the secret of cell keys needs at least {SHORTEST_SECRET} bytes")

    def of_sets(self, sums: Whole, counts: Whole) -> Words:
        """The words of each cell from the sum of its record keys and its number of rows; cells without rows share one.

        >>> keys = CellKeys(bytes(32))
        >>> once = keys.of_sets(np.array([30]), np.array([4]))
        >>> bool((once == keys.of_sets(np.array([60]), np.array([8]))).all())
        True
        """
        place = (sums.tobytes(), counts.tobytes())
        if place not in self._seen:
            divisor = np.maximum(np.gcd(sums, counts), 1)
            self._seen[place] = self._hash(b"cell", np.stack([sums // divisor, counts // divisor], axis=1))
        return self._seen[place]

    def of_kinds(self, sets: Words, kinds: Collection[str]) -> Words:
        """The words of each cell in which several kinds of unit are protected: chances of their own.

        Their noise is larger. Two figures of the same set that shared a chance at two sizes would tell it.
        """
        if len(kinds) == 1:
            return sets
        return self._hash(b"kinds " + "\0".join(sorted(kinds)).encode(), np.ascontiguousarray(sets[:, 4:]).view("<i8"))

    def of_arguments(self, sets: Words, *fingerprints: Whole) -> Words:
        """The words of each cell from its set and from what its argument looks like there."""
        seeds = np.ascontiguousarray(sets[:, 4:]).view("<i8")
        return self._hash(b"argument", np.column_stack([seeds, *fingerprints]))

    def of_secrets(self, sets: Words) -> Words:
        """Words of each cell that stand for what its set keeps to itself, whatever is asked of it."""
        return self._hash(b"secret", np.ascontiguousarray(sets[:, 4:]).view("<i8"))

    def _hash(self, purpose: bytes, messages: npt.NDArray[np.int64]) -> Words:
        key = hmac.digest(self.secret, b"disclosure cell key 1 " + purpose, "sha256")
        text, width = messages.astype("<i8").tobytes(), messages.shape[1] * 8
        hashes = b"".join(
            hashlib.blake2b(text[at : at + width], key=key, digest_size=4 * WORDS).digest()
            for at in range(0, len(text), width)
        )
        return np.frombuffer(hashes, dtype="<u4").reshape(-1, WORDS)


def share(keys: Keys) -> npt.NDArray[np.float64]:
    """Each key as a number between 0 and 1."""
    return np.asarray((keys.astype(np.float64) + 0.5) / 2.0**32, dtype=np.float64)


def uniform(keys: Keys) -> npt.NDArray[np.float64]:
    """Each key as a number strictly between -1 and 1, mean zero, variance 1/3."""
    return (keys.astype(np.float64) + 0.5) / 2.0**31 - 1.0
