"""Bad input, each a clear refusal that says what to do, with nothing half-written."""

import sqlite3
from pathlib import Path

import pytest

from logs.model import Role
from tests.api.conftest import Played
from tests.api.test_cli import refused, run

TOML = '[[resource]]\nname = "cars"\nfile = "cars.csv"\nprivacy_unit = "plate"\n'
ROWS = "plate,district,age\n" + "".join(f"闽D{number:05d},思明区,{number % 9}\n" for number in range(40))


def hand_in(played: Played, manifest: str, name: str, content: bytes) -> tuple[int, dict[str, str]]:
    files = [("manifest", ("dataset.toml", manifest.encode())), ("files", (name, content))]
    headers = {"Authorization": f"Bearer {played.tokens[Role.INFO_CENTER]}", "Accept-Language": "en"}
    answer = played.client.post("/api/v1/arrivals", files=files, headers=headers)
    return answer.status_code, answer.json()


def known(played: Played) -> set[str]:
    listed = played.call("GET", "/resources?limit=200", Role.INFO_CENTER).json()["items"]
    return {entry["id"] for entry in listed}


@pytest.mark.parametrize(
    ("manifest", "name", "content", "kind"),
    [
        (TOML, "cars.csv", b"plate,district\n\xff\xfe\x00\x81\xff", "encoding-unknown"),
        (TOML, "cars.csv", b"plate,district\nA,B\nA,B,C,D\nA\n", "table-malformed"),
        (TOML, "cars.csv", b"plate,district\n", "table-empty"),
        (TOML, "cars.csv", b"", "table-empty"),
        (TOML, "other.csv", ROWS.encode(), "table-missing"),
        (TOML, "cars.csv", ROWS.replace("plate", "number").encode(), "column-missing"),
        (TOML.replace("cars.csv", "cars.parquet"), "cars.parquet", ROWS.encode(), "format-unknown"),
        ("not toml at all", "cars.csv", ROWS.encode(), "manifest-unreadable"),
        (TOML + 'colour = "red"\n', "cars.csv", ROWS.encode(), "manifest-wrong"),
        (TOML, "../cars.csv", ROWS.encode(), "request-malformed"),
        (TOML, "/etc/cars.csv", ROWS.encode(), "request-malformed"),
    ],
)
def test_files_that_cannot_be_taken_in_are_refused_whole(
    played: Played, manifest: str, name: str, content: bytes, kind: str
) -> None:
    before = known(played)
    status, problem = hand_in(played, manifest, name, content)
    assert (status, problem["type"]) == (422, f"/problems/{kind}"), problem
    assert problem["detail"]
    assert problem["remedy"]
    assert known(played) == before
    assert list((played.platform.settings.state / "incoming").iterdir()) == []


def test_a_good_file_is_taken_in_and_what_was_inferred_is_told(played: Played) -> None:
    status, arrived = hand_in(played, TOML, "cars.csv", ROWS.encode("gb18030"))
    assert status == 201, arrived
    (taken,) = arrived  # type: ignore[misc]
    assert taken["rows"] == 40  # type: ignore[index]
    assert taken["entry"]["state"] == "graded"  # type: ignore[index]
    assert taken["notes"]  # type: ignore[index]


def test_a_folder_without_a_manifest_is_told_what_to_write_in_it(tmp_path: Path) -> None:
    folder, state = tmp_path / "mine", tmp_path / "state"
    folder.mkdir()
    (folder / "cars.csv").write_text(ROWS, encoding="utf-8")
    for command in (("demo", "--data", str(folder)), ("ingest", str(folder))):
        done = run(*command, "--state", str(state), "--lang", "en")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "dataset.toml" in done.stderr
        assert "[[resource]]" in done.stderr
    assert not (state / "control.sqlite").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("demo", "--data", str(tmp_path / "nowhere"), "--state", str(tmp_path / "state"), "--lang", "en")
    refused(done, str(tmp_path / "nowhere"))
    assert not (tmp_path / "state").exists()


def test_a_folder_is_taken_in_from_the_command_line_or_not_at_all(tmp_path: Path) -> None:
    folder, state = tmp_path / "mine", tmp_path / "state"
    folder.mkdir()
    (folder / "dataset.toml").write_text(TOML, encoding="utf-8")
    (folder / "cars.csv").write_bytes(b"plate,district\nA,B\nA,B,C,D\n")
    refused(run("ingest", str(folder), "--state", str(state), "--lang", "en"), "cars")
    assert not list(state.rglob("*.duckdb"))
    (folder / "cars.csv").write_text(ROWS, encoding="utf-8")
    done = run("ingest", str(folder), "--state", str(state), "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "cars" in done.stdout
    with sqlite3.connect(state / "control.sqlite") as database:
        assert database.execute("SELECT count(*) FROM catalog_entry").fetchone() == (1,)


def test_a_demonstration_leaves_a_platform_that_is_not_its_own_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert run("migrate", "--state", str(state)).returncode == 0
    refused(run("demo", "--state", str(state), "--lang", "en"), "not a demonstration's", str(state), "--state")
    assert (state / "control.sqlite").exists()
