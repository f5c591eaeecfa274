"""Each command says in one line what is wrong and what to do, ends with 2, and leaves nothing half-written."""

import os
import resource
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.evidence import write_lines
from logs.seal import Head, chained
from tests.logs.factories import NOON, a_checkpoint, an_event

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, **environment: str) -> Done:
    """The command in this process."""
    told = {"NO_COLOR": "1", "COLUMNS": "200", **environment}
    found = CliRunner(env={name: None for name in os.environ if name.startswith("XDS_")} | told).invoke(app, arguments)
    return Done(found.exit_code, found.stdout, found.stderr)


def run_apart(*arguments: str, limit: int) -> Done:
    """The command in a process that may write files of so many bytes at most, as if the disk were full."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "api", *arguments]
    found = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, preexec_fn=limited
    )
    return Done(found.returncode, found.stdout, found.stderr)


def refused(done: Done, *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.strip().splitlines()) <= 4
    for word in words:
        assert word in done.stderr


def test_alone_it_lists_the_commands() -> None:
    listed = run("--help").stdout
    for command in (
        "demo",
        "serve",
        "worker",
        "relay",
        "receiver",
        "verify-log",
        "prove-record",
        "verify-record",
        "seal",
        "audit-delivery",
        "certificates",
        "migrate",
        "ingest",
        "perturbation-table",
    ):
        assert command in listed


def test_the_perturbation_table_is_built_from_a_rule_document_and_inspected(tmp_path: Path) -> None:
    document = tmp_path / "rules.yaml"
    document.write_text("perturbation: {variance: 4, deviation: 8}\n")

    done = run("perturbation-table", str(document), "--lang", "en")

    assert done.returncode == 0
    assert "variance 4, at most ±8, least shown 10" in done.stdout
    assert done.stdout.count("✓") == 6
    assert "10,-5,0.00" in run("perturbation-table", "--csv").stdout


def test_a_rule_document_that_is_unlawful_or_unreadable_is_named(tmp_path: Path) -> None:
    document = tmp_path / "rules.yaml"
    refused(run("perturbation-table", str(document), "--lang", "en"), str(document))
    document.write_text("perturbation: {variance: 0}\n")
    refused(run("perturbation-table", str(document), "--lang", "en"), "perturbation.variance", "between")
    document.write_text("[")
    refused(run("perturbation-table", str(document), "--lang", "en"), "YAML")


def test_a_state_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file" / "state")
    refused(run("migrate", "--state", place), "状态目录不可写", place, "--state")
    refused(run("migrate", "--state", place, "--lang", "en"), "cannot be written to", place, "XDS_STATE")


def test_a_full_state_folder_is_named_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    refused(run_apart("migrate", "--state", str(state), "--lang", "en", limit=1024), "is full", str(state), "Make room")
    assert [path for path in state.rglob("*") if path.is_file()] == []


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for part in ("serve", "receiver"):
            done = run(part, "--state", str(tmp_path / "state"), "--port", str(port), "--lang", "en")
            refused(done, "port is in use", str(port), "--port")


def test_a_setting_that_means_nothing_is_named_without_its_value(tmp_path: Path) -> None:
    done = run("serve", "--state", str(tmp_path), XDS_BODY_LIMIT="secret-value")
    refused(done, "XDS_BODY_LIMIT")
    assert "secret-value" not in done.stderr


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    address = "postgresql+psycopg://someone:pass-word@127.0.0.1:1/none?connect_timeout=2"
    done = run("migrate", "--state", str(tmp_path), "--lang", "en", XDS_DATABASE=address)
    refused(done, "cannot be reached", "XDS_DATABASE")
    assert "pass-word" not in done.stderr


def test_a_token_is_printed_once_and_alone(tmp_path: Path) -> None:
    done = run("token", "bureau", "li", "data-bureau", "--state", str(tmp_path / "state"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("xds_")
    assert len(done.stdout.split()) == 1


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_migrations_are_printed_as_sql_without_a_database(tmp_path: Path, dialect: str) -> None:
    done = run("migrate", "--sql", dialect, "--state", str(tmp_path / "state"))
    assert done.returncode == 0, done.stderr
    assert "CREATE TABLE access_token" in done.stdout
    assert not (tmp_path / "state").exists()


def test_a_record_is_proved_and_verified_from_the_command_line(tmp_path: Path) -> None:
    state = tmp_path / "state"
    log, proof = tmp_path / "log.jsonl", tmp_path / "record.json"
    signer = Ed25519Signer(bytes(32))
    links = chained([an_event(number) for number in range(1, 6)], Head(), at=NOON)
    covered = [*links, *chained([a_checkpoint(links, signer)], Head(5, links[-1].seal), at=NOON)]
    log.write_text("".join(write_lines(covered)), encoding="utf-8")
    made = run("prove-record", "3", str(log), "--state", str(state))
    assert made.returncode == 0, made.stderr
    proof.write_text(made.stdout, encoding="utf-8")
    good = run("verify-record", str(proof), "--key", signer.key, "--lang", "en")
    assert (good.returncode, "Record 3" in good.stdout) == (0, True)
    proof.write_text(made.stdout.replace("e3", "e4"), encoding="utf-8")
    forged = run("verify-record", str(proof), "--key", signer.key)
    assert (forged.returncode, "哈希路径" in forged.stdout) == (1, True)
    refused(run("prove-record", "6", str(log), "--lang", "en"), "No checkpoint covers")
    refused(run("verify-record", str(log), "--lang", "en"), "Not the proof")
    refused(run("verify-record", str(tmp_path / "none"), "--lang", "en"), "none")
