"""The demonstration from its first process to its last line."""

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx

from api.console import out
from api.demo import questioning, story
from api.demo.parties import Cast, enrol, over_http
from api.demo.processes import Parts, parts_in
from api.demo.story import Stage
from api.demo.supplies import Delivery, bikes, generated, own
from api.demo.telling import Teller
from api.faults import StateTaken
from api.launch import announcement
from api.schema import migrate
from api.settings import Settings
from api.state import lay_out
from api.wiring import compose, read_folder, recogniser
from api.wiring_logs import checkpoints_of, delivered_records, verify
from logs.errors import Language
from logs.model import Role
from logs.report import report_text

MARK = ".demo"
TOKEN_DAYS = 30
PATIENCE = 60.0  # seconds the last records may take to be delivered
RECORDS_SHOWN = 12


PYTHON = ".venv/bin/python -m api"
SEEN: Mapping[Language, tuple[str, ...]] = {
    "zh": ("序号", "时间", "事件", "主体", "对象"),
    "en": ("no.", "at", "event", "by", "what"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    data: Path | None
    serve: bool
    people: int
    seed: int
    language: Language


def run(settings: Settings, wanted: Wanted) -> None:
    """Play the whole procedure; with `serve` it goes on answering until told to stop."""
    teller = Teller(out, wanted.language)
    with TemporaryDirectory() as somewhere:
        brought = _own_files(wanted)  # what is wrong with somebody's files is said before anything is touched
        state = _state(settings.state, teller)
        tokens, key = _first_start(settings)
        with parts_in(state) as parts:
            _start(parts, settings, teller)
            deliveries = _deliveries(Path(somewhere), brought, wanted, teller)  # while the parts come up
            address = _addresses(parts, teller)
            with Cast(over_http(address), tokens, wanted.language) as cast:
                stage = Stage(cast, teller, wanted.language)
                agreement = _play(stage, deliveries)
                _write(state, address, agreement, tokens)
                _prove(stage, state, address, key=key)
            _closing(teller, settings, address, agreement, tokens, serve=wanted.serve)
            if wanted.serve:
                _until_told(parts)


def _own_files(wanted: Wanted) -> Delivery | None:
    if wanted.data is None:
        return None
    return own(wanted.data, read_folder(wanted.data, recognise=recogniser()))


def _state(folder: Path, teller: Teller) -> Path:
    """A state folder of this demonstration's own; that of the one before goes to `earlier/`, an older one away."""
    if any(announcement(folder, part) for part in ("serve", "receiver", "relay")):
        raise StateTaken(str(folder), running=True)
    known = [path for path in folder.iterdir() if path.name != "earlier"] if folder.is_dir() else []
    if known and not (folder / MARK).is_file():
        raise StateTaken(str(folder), running=False)
    if known:
        earlier = folder / "earlier"
        shutil.rmtree(earlier, ignore_errors=True)
        earlier.mkdir()
        for path in known:
            path.rename(earlier / path.name)
        teller.note(
            f"上一次演示的状态移到 {earlier}，本次从头开始",
            f"the state of the last demonstration is in {earlier}; this one begins anew",
        )
    lay_out(folder)
    (folder / MARK).touch()
    return folder


def _first_start(settings: Settings) -> tuple[Mapping[Role, str], str]:
    """The parties' tokens, and the public key that checkpoints of the log are signed with."""
    platform = compose(settings)
    try:
        migrate(platform.engine)
        tokens = enrol(platform, days=TOKEN_DAYS, at=platform.clock(), new_id=lambda: uuid4().hex)
        return tokens, checkpoints_of(platform.secrets).signer.key
    finally:
        platform.close()


def _start(parts: Parts, settings: Settings, teller: Teller) -> None:
    teller.act("启动：三个独立进程", "Start: three processes")
    parts.start("serve", "--port", str(settings.port))
    parts.start("receiver", "--port", str(settings.receiver_port))
    parts.start("relay")


def _addresses(parts: Parts, teller: Teller) -> str:
    receiver = parts.address("receiver")
    teller.step("receiver", f"公共数据资源平台日志接收端 {receiver}", f"the resource platform's receiver {receiver}")
    teller.step("relay", "日志封存与转送", "sealing and delivery of the log")
    address = parts.address("serve")
    teller.step("serve", f"REST 服务 {address}", f"REST service {address}")
    health = httpx.get(
        f"{address}/health", headers={"Accept-Language": teller.say("zh", "en")}, timeout=60, trust_env=False
    ).json()
    missing = [ring["name"] for ring in health["confinement"] if not ring["available"]]
    standing = ", ".join(ring["name"] for ring in health["confinement"] if ring["available"])
    teller.note(f"查询进程的隔离层：{standing}", f"query workers are confined by: {standing}")
    if missing:
        listed = ", ".join(missing)
        teller.note(f"本机不具备的隔离层：{listed}", f"rings that this machine does not offer: {listed}")
    return address


def _deliveries(folder: Path, brought: Delivery | None, wanted: Wanted, teller: Teller) -> list[Delivery]:
    taken = frozenset(brought.names) if brought else frozenset()
    with teller.progress(f"生成 {wanted.people:,} 人的市政数据集", f"Generating data on {wanted.people:,} people"):
        made = generated(folder, people=wanted.people, seed=wanted.seed, without=taken)
    real = bikes()
    found = [delivery for delivery in (brought, made, real) if delivery is not None and delivery.names]
    return [delivery for delivery in found if delivery is not real or not taken & set(delivery.names)]


def _play(stage: Stage, deliveries: list[Delivery]) -> str:
    resources = story.supply(stage, deliveries)
    story.publish(stage, resources)
    agreement = story.apply(stage)
    answered = questioning.query(stage, agreement, resources)
    questioning.review(stage, answered)
    return agreement


def _write(state: Path, address: str, agreement: str, tokens: Mapping[Role, str]) -> None:
    said = {
        "base_url": address,
        "agreement": agreement,
        "tokens": {role.value: token for role, token in tokens.items()},
    }
    draft = state / ".demo.json"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(state / "demo.json")


def _prove(stage: Stage, state: Path, address: str, *, key: str) -> None:
    teller, bureau = stage.teller, stage.cast[Role.BUREAU]
    teller.act("六、日志：送达、核验、谁看过什么", "6. The log: delivered, proved, who saw what")
    with teller.progress("等待日志全部送达", "Waiting for the last records to be delivered"):
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            waiting = httpx.get(f"{address}/health", timeout=10, trust_env=False).json()["backlog"]
            if waiting["unsealed"] + waiting["undelivered"] == 0:
                break
            time.sleep(0.2)
    resource = "person"
    seen = bureau.get("/records", resource=resource, limit=1000)["records"]
    rows = [
        (record["seq"], record["at"][11:19], record["title"], record["by"]["organisation"], record["subject"][:40])
        for record in seen
    ]
    teller.step(
        bureau.name,
        f"查看“{resource}”的全部记录：{len(rows)} 条（最后 {RECORDS_SHOWN} 条）",
        f"who saw {resource}: {len(rows)} records (the last {RECORDS_SHOWN})",
    )
    columns = (
        ("序号", "时间", "事件", "主体", "对象") if stage.language == "zh" else ("no.", "at", "event", "by", "what")
    )
    teller.table(columns, rows[-RECORDS_SHOWN:], shown=RECORDS_SHOWN)
    report = verify(delivered_records(state), keys=frozenset({key}))
    verdict = report_text(report, stage.language).splitlines()
    teller.step("verify-log", verdict[0], verdict[0])
    for line in verdict[1:]:
        teller.note(line.strip(), line.strip())


def _closing(
    teller: Teller, settings: Settings, address: str, agreement: str, tokens: Mapping[Role, str], *, serve: bool
) -> None:
    state = os.path.relpath(settings.state) if settings.state.is_relative_to(Path.cwd()) else str(settings.state)
    sql = json.dumps({"agreement": agreement, "sql": "SELECT count(*) AS n FROM person"})
    lines = [
        teller.say("· 各方令牌与协议编号：", "· tokens and the agreement: ") + f"{state}/demo.json",
        teller.say("· 自己核验日志：", "· prove the log yourself: ") + f"{PYTHON} verify-log --state {state}",
    ]
    if serve:
        where = address
    else:
        where = "http://127.0.0.1:8000"
        lines.append(teller.say("· 再次启动服务：", "· start the service again: ") + f"{PYTHON} serve --state {state}")
    lines += [
        teller.say("· 接口文档（无需联网）：", "· the API's pages, without internet: ") + f"{where}/docs",
        teller.say("· 用令牌查询：", "· a query by curl:"),
        f"curl -s {where}/api/v1/queries -H 'Authorization: Bearer {tokens[Role.DEVELOPER]}' "
        f"-H 'Content-Type: application/json' -d '{sql}'",
    ]
    if serve:
        lines.append(teller.say("服务仍在运行，按 Ctrl-C 停止。", "The service goes on; Ctrl-C stops it."))
    teller.closing(lines)


def _until_told(parts: Parts) -> None:
    try:
        parts.wait()
    except KeyboardInterrupt:
        return
