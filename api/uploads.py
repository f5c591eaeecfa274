"""Files that arrive over the API: which calls take them, how large, and under which names they are laid down."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO

from api.errors import BodyTooLarge, Flaw, LengthMissing, RequestMalformed

FOLDER = "incoming"
PATHS = re.compile(r"/api/v1/(arrivals|agreements/[^/]+/files)")


def takes_files(method: str, path: str) -> bool:
    """Whether calls to that path carry files, which have a limit of their own."""
    return method == "POST" and PATHS.fullmatch(path) is not None


def require_size(declared: str | None, *, limit: int) -> None:
    """Raises `LengthMissing` or `BodyTooLarge` by what the request says of its size; the server holds it to that."""
    if declared is None or not declared.isdigit():
        raise LengthMissing
    if int(declared) > limit:
        raise BodyTooLarge(limit)


@contextmanager
def laid_down(state: Path, files: Sequence[tuple[str, BinaryIO]]) -> Iterator[Path]:
    """The files in a folder of their own inside the state folder, which is gone afterwards.

    Raises `RequestMalformed` for a name that would lie elsewhere, or that stands twice.
    """
    incoming = state / FOLDER
    incoming.mkdir(mode=0o700, exist_ok=True)
    with TemporaryDirectory(dir=incoming) as made:
        folder = Path(made)
        for place, (name, file) in enumerate(files):
            path = folder / _inside(name, place)
            if path.exists():
                raise RequestMalformed((Flaw(f"body.files.{place}", "filename_twice"),))
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as laid:
                shutil.copyfileobj(file, laid, 1 << 20)
        yield folder


def _inside(name: str, place: int) -> PurePosixPath:
    path = PurePosixPath(name)
    if not name or "\0" in name or "\\" in name or path.is_absolute() or ".." in path.parts or path == PurePosixPath():
        raise RequestMalformed((Flaw(f"body.files.{place}", "filename_invalid"),))
    return path
