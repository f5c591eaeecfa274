"""The hash a log is sealed with: SHA-256, or SM3 (GB/T 32905) where commercial cryptography is asked for."""

import hashlib
from enum import StrEnum

from cryptography.hazmat.primitives import hashes


class Hash(StrEnum):
    """One hash for the whole of a log: its seals and its tree. Both give 32 bytes."""

    SHA256 = "sha256"
    SM3 = "sm3"


def digest(hash: Hash, content: bytes) -> bytes:
    """The 32 bytes of that hash over the content.

    >>> digest(Hash.SM3, b"abc").hex()[:16], digest(Hash.SHA256, b"abc").hex()[:16]
    ('66c7f0f462eeedd9', 'ba7816bf8f01cfea')
    """
    match hash:
        case Hash.SHA256:
            return hashlib.sha256(content).digest()
        case Hash.SM3:
            sponge = hashes.Hash(hashes.SM3())
            sponge.update(content)
            return sponge.finalize()
