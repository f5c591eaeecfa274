"""The state folder: laid out once, checked before anything is written, its secrets generated on first start."""

import errno
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from api.faults import LEAST_FREE_BYTES, DatabaseBusy, StateFull, StateNotWritable
from logs.errors import Refusal

SECRET_BYTES = 32
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Secrets:
    """The platform's own secrets, 32 random bytes each; none of them ever leaves the machine.

    `tokens` keys the digests of access tokens, `records` the record keys given on arrival, `cells` the perturbation,
    `results` the encryption of results that wait, `seals` the signature of checkpoints. `delivery` and `reading` are
    the reference receiver's tokens where the settings name none.
    """

    tokens: bytes
    records: bytes
    cells: bytes
    results: bytes
    seals: bytes
    delivery: bytes
    reading: bytes


def lay_out(state: Path) -> Path:
    """Make the state folder if need be and make sure that it can be written to, before anything relies on it."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=state) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise refusal_of(error, state) from None
    free = shutil.disk_usage(state).free
    if free < LEAST_FREE_BYTES:
        raise StateFull(str(state), free=free, needed=LEAST_FREE_BYTES)
    return state


def known(error: OSError | OperationalError, state: Path) -> Refusal | None:
    """An error of the system or the database as the refusal that says what to do; `None` where it is another."""
    if isinstance(error, OSError):
        place = Path(error.filename) if isinstance(error.filename, str) else state
        told = error.errno in FULL | {errno.EROFS, errno.EACCES, errno.EPERM}
        return refusal_of(error, place) if told else None
    said = str(error.orig).lower()
    if "full" in said or "no space" in said:
        return StateFull(str(state), free=0, needed=LEAST_FREE_BYTES)
    if "readonly" in said or "unable to open" in said or "disk i/o error" in said:
        return StateNotWritable(str(state), reason=said)
    return DatabaseBusy() if "locked" in said or "busy" in said or "timeout" in said else None


def refusal_of(error: OSError, state: Path) -> StateFull | StateNotWritable:
    """A full disk told from every other reason why a folder cannot be written to."""
    if error.errno in FULL:
        return StateFull(str(state), free=0, needed=LEAST_FREE_BYTES)
    return StateNotWritable(str(state), reason=os.strerror(error.errno) if error.errno else "")


def secrets_in(state: Path) -> Secrets:
    """The secrets under `keys/`, each in a file of its own with mode 0600; missing ones are generated."""
    folder = state / "keys"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        return Secrets(**{name: secret(folder / name) for name in Secrets.__dataclass_fields__})
    except OSError as error:
        raise refusal_of(error, state) from None


def secret(path: Path) -> bytes:
    """The secret in that file, generated when it is not there.

    Linked into place whole, so that two processes that start together agree on one secret.
    """
    if not path.exists():
        written, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(written, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_bytes()
