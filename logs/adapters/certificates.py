"""Mutual authentication between relay, readers and receiver: TLS contexts, and an authority of one's own for trials."""

import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 365
RECEIVER, RELAY = "receiver", "relay"


@dataclass(frozen=True, slots=True)
class Certificates:
    """The authority that the other side's certificate must come from, and our own certificate with its key."""

    authority: Path
    certificate: Path
    key: Path

    def client(self) -> ssl.SSLContext:
        """How a relay or a reader speaks: it shows its certificate and checks the receiver's, name included."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_authority(folder: Path, hosts: Sequence[str], *, at: datetime) -> tuple[Path, ...]:
    """An authority, a certificate for a receiver at those hosts and one for a relay, for trials; the files made.

    The authority's key is not kept: for more certificates, make another authority. Raises `FileExistsError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    issuer_key = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("public-data-sandbox trial authority")
    whole: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(ca=True, path_length=0), True)]
    root = _signed(issuer, issuer_key, issuer, issuer_key, at=at, extensions=whole)
    made = [_written(folder / "authority.pem", root.public_bytes(serialization.Encoding.PEM))]
    uses: dict[str, tuple[x509.ObjectIdentifier, list[x509.GeneralName]]] = {
        RECEIVER: (ExtendedKeyUsageOID.SERVER_AUTH, [_alternative(host) for host in hosts]),
        RELAY: (ExtendedKeyUsageOID.CLIENT_AUTH, [x509.DNSName(RELAY)]),
    }
    for party, (use, names) in uses.items():
        key = ec.generate_private_key(ec.SECP256R1())
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.ExtendedKeyUsage([use]), False),
            (x509.SubjectAlternativeName(names), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
        ]
        certificate = _signed(_name(party), key, issuer, issuer_key, at=at, extensions=extensions)
        made.append(_written(folder / f"{party}.pem", certificate.public_bytes(serialization.Encoding.PEM)))
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made.append(_written(folder / f"{party}.key", plain))
    return tuple(made)


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    at: datetime,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _written(path: Path, content: bytes) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return path
