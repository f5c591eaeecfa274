"""Ed25519 signatures of checkpoints and receipts, and their verification."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Ed25519Signer:
    """`logs.checkpoint.Signer` with an Ed25519 key of 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)

    @property
    def key(self) -> str:
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, statement: bytes) -> str:
        return self._private.sign(statement).hex()


def verified(key: str, statement: bytes, signature: str) -> bool:
    """Whether the signature over the statement was made with that public key; all but the statement hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True
