"""Ed25519 signatures over an agreement's statement, by `cryptography`; keys and signatures in hexadecimal."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Ed25519Verifier:
    """`policies.model.Verifier`."""

    def valid(self, key: str, statement: bytes, signature: str) -> bool:
        """Whether that public key signed that statement; malformed ones did not."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), statement)
        except (InvalidSignature, ValueError):
            return False
        return True


class Ed25519Signer:
    """`policies.model.Signer` with a private key of 32 bytes: for a side's own machine, and for the demo."""

    def __init__(self, secret: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)

    @classmethod
    def new(cls) -> "Ed25519Signer":
        """One with a new key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def key(self) -> str:
        """The public key to enrol."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, statement: bytes) -> str:
        """The signature over the statement."""
        return self._private.sign(statement).hex()
