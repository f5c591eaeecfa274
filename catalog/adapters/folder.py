"""Folders of files: one described by a `dataset.toml`, one that lacks it, and the bikes' where they are there.

Files are one of the four ways in (Sharing Measure, Article 19).
"""

from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from catalog.adapters.delimited import SUFFIXES
from catalog.adapters.placing import connected, own_words, room_in
from catalog.adapters.staging import Staging
from catalog.arrival import Recognise, Supply
from catalog.bike import BIKE_FENCE, BIKE_RIDE_END, FOLDER
from catalog.columns import clean
from catalog.declared import DeclaredResource
from catalog.errors import FolderMissing, ManifestMissing, ManifestUnreadable, TableMissing, UnitUnknown
from catalog.manifest import NAME, draft, parse
from catalog.model import Resource

KNOWN = SUFFIXES | {".parquet"}
MOST_FILES = 20


def read_folder(folder: Path, *, recognise: Recognise) -> tuple[Supply, ...]:
    """What the folder's manifest supplies, in its order.

    Raises `FolderMissing`, `ManifestMissing` with one proposed from the files, `ManifestUnreadable`, `ManifestWrong`,
    and `TableMissing` for a file that is not inside the folder.
    """
    if not folder.is_dir():
        raise FolderMissing(str(folder))
    path = folder / NAME
    if not path.is_file():
        raise ManifestMissing(str(folder), propose(folder, recognise=recognise))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ManifestUnreadable("not UTF-8") from None
    except OSError as refused:
        raise ManifestUnreadable(str(refused.strerror)) from None
    return tuple(Supply(declared, _inside(folder, declared)) for declared in parse(text))


def bikes(shared: Path) -> tuple[Supply, ...]:
    """The bike resources, when a folder of shared input holds them; nothing otherwise."""
    folder = shared / FOLDER
    declared = [resource for resource in (BIKE_RIDE_END, BIKE_FENCE) if (folder / str(resource.file)).is_file()]
    return tuple(Supply(resource, folder / str(resource.file)) for resource in declared)


def propose(folder: Path, *, recognise: Recognise) -> str:
    """A manifest for the folder's CSV and Parquet files, inferred from them; empty when there are none.

    Raises what is wrong with a file.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in KNOWN)
    drafted: list[tuple[str, Resource]] = []
    unsure: set[str] = set()
    with TemporaryDirectory() as somewhere, room_in(Path(somewhere)) as room, connected(room) as connection:
        for number, path in enumerate(files[:MOST_FILES]):
            declared = DeclaredResource(name=clean(path.name, [path.stem])[0])
            with own_words(declared.name, folder):
                try:
                    staging = Staging(connection, Supply(declared, path), number=number, room=room)
                    resource, _ = staging.described(recognise)
                except UnitUnknown:
                    undecided = Supply(replace(declared, privacy_unit=False), path)
                    staging = Staging(connection, undecided, number=number + MOST_FILES, room=room)
                    resource, _ = staging.described(recognise)
                    unsure.add(resource.name)
            drafted.append((path.name, resource))
    return draft(drafted, unsure=frozenset(unsure))


def _inside(folder: Path, declared: DeclaredResource) -> Path:
    file = PurePosixPath(str(declared.file))
    if file.is_absolute() or ".." in file.parts or not (folder / file).is_file():
        raise TableMissing(declared.name, str(declared.file))
    return folder / file
