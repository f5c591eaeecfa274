"""Ed25519 signatures for checkpoints: the platform's signing key, kept in a file, and their verification."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Ed25519Signer:
    """`logs.seal.Signer` with an Ed25519 key of 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)

    @property
    def key(self) -> str:
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, statement: bytes) -> str:
        return self._private.sign(statement).hex()


def signer_in(path: Path) -> Ed25519Signer:
    """The signer whose key is in that file; a new key is made, readable by its owner alone, where there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Ed25519Signer(bytes.fromhex(path.read_text().strip()))
    secret = Ed25519PrivateKey.generate().private_bytes_raw()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret.hex() + "\n")
    return Ed25519Signer(secret)


def verified(key: str, statement: bytes, signature: str) -> bool:
    """Whether the signature over the statement was made with that public key; all but the statement hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True
