"""The state folder is checked before anything is written; its secrets are made once and kept close."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.faults import StateFull, StateNotWritable
from api.settings import Settings
from api.state import lay_out, refusal_of, secrets_in

NOBODY = 65_534


def test_a_new_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    state = lay_out(tmp_path / "a" / "b")
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert list(state.iterdir()) == []


def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    first = secrets_in(tmp_path)
    assert secrets_in(tmp_path) == first
    files = list((tmp_path / "keys").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len({file.read_bytes() for file in files}) == len(files)


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(secrets_in, [tmp_path] * 8))
    assert len(set(found)) == 1


@pytest.mark.parametrize("place", ["file/state", "file"])
def test_a_place_that_is_no_folder_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateNotWritable) as refused:
        lay_out(tmp_path / place)
    assert str(tmp_path) in refused.value.detail("en")
    assert "--state" in refused.value.remedy("zh")


def test_a_folder_that_may_only_be_read_is_refused(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    tmp_path.chmod(0o755)
    assert _as_nobody(locked) == StateNotWritable.kind
    assert list(locked.iterdir()) == []


def test_a_full_disk_is_told_from_every_other_trouble(tmp_path: Path) -> None:
    assert isinstance(refusal_of(OSError(28, "No space left on device"), tmp_path), StateFull)
    assert isinstance(refusal_of(OSError(13, "Permission denied"), tmp_path), StateNotWritable)


def test_settings_come_from_the_environment_and_never_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDS_STATE", str(tmp_path))
    monkeypatch.setenv("XDS_DATABASE", "postgresql+psycopg://u:secret@localhost/x")
    settings = Settings()
    assert settings.state == tmp_path
    assert settings.database_url.startswith("postgresql")
    assert "secret" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def _as_nobody(state: Path) -> str:
    """What `lay_out` says to a process without rights."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            lay_out(state)
            os.write(writing, b"nothing")
        except StateNotWritable as refusal:
            os.write(writing, refusal.kind.encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        return said.read().decode()
