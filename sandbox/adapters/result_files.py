"""Answers as encrypted files: AES-256-GCM, bound to their id, written whole or not at all."""

import hashlib
import os
import re
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.domain import Kept
from sandbox.errors import ResultDamaged

NONCE = 12  # bytes
FORM = b"XDS1"
ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class ResultFiles:
    """Tables in one folder under one 32-byte key (`sandbox.domain.Results`)."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._cipher = AESGCM(key)

    def keep(self, id: str, table: pa.Table) -> Kept:
        """Store a table under that id, in place of what was there."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        plain = sink.getvalue().to_pybytes()
        nonce = os.urandom(NONCE)
        path = self._path(id)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(FORM + nonce + self._cipher.encrypt(nonce, plain, id.encode()))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        return Kept(table, hashlib.sha256(plain).hexdigest())

    def open(self, id: str) -> Kept:
        """What is stored under that id; raises `ResultDamaged`."""
        try:
            stored = self._path(id).read_bytes()
            if stored[: len(FORM)] != FORM:
                raise ResultDamaged
            nonce, sealed = stored[len(FORM) : len(FORM) + NONCE], stored[len(FORM) + NONCE :]
            plain = self._cipher.decrypt(nonce, sealed, id.encode())
            table = pa.ipc.open_stream(plain).read_all()
        except (OSError, InvalidTag, ValueError, pa.ArrowException) as cause:
            raise ResultDamaged from cause
        return Kept(table, hashlib.sha256(plain).hexdigest())

    def remove(self, id: str) -> None:
        """Delete it; what is not there is no mistake."""
        self._path(id).unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        if not ID.fullmatch(id):
            raise ValueError("not an id of a result")
        return self._folder / f"{id}.arrow"
