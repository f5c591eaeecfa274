"""The story, act by act: supply, publish, apply, query, review, prove; every step is a REST call of its party."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.demo.parties import Cast, evidence
from api.demo.supplies import Delivery
from api.demo.telling import Teller
from api.wiring import PartySigner
from catalog.manifest import NAME
from catalog.model import Column, ColumnType, Resource, ResourceId, Use
from logs.errors import Language
from logs.model import Role
from masking.rules import DEFAULT

NOTES_SHOWN = 12
SENSITIVE = 3  # the grade from which a column is worth pointing out


@dataclass(frozen=True, slots=True)
class Stage:
    """What every act works with."""

    cast: Cast
    teller: Teller
    language: Language


def supply(stage: Stage, deliveries: Sequence[Delivery]) -> tuple[Resource, ...]:
    """Act 1: resources arrive; identifiers are recognised, columns graded, versions placed."""
    center, teller = stage.cast[Role.INFO_CENTER], stage.teller
    teller.act("一、供数：公共数据资源到达", "1. Supply: resources arrive")
    manifest = "\n".join(delivery.manifest for delivery in deliveries)
    files = [file for delivery in deliveries for file in delivery.files]
    with (
        teller.progress("上传并入库：识别标识符、分级、生成快照", "Uploading: recognising, grading, placing"),
        ExitStack() as opened,
    ):
        parts: list[tuple[str, tuple[str, Any, str]]] = [("manifest", (NAME, manifest.encode(), "application/toml"))]
        for name, file in files:
            parts.append(("files", (name, opened.enter_context(file.open("rb")), "application/octet-stream")))
        arrived = center.hand_in("/arrivals", parts)
    for each in arrived:
        entry = each["entry"]
        unit = entry["privacy_unit"]
        teller.step(
            center.name,
            f"{entry['title']}（{entry['name']}）到达：{each['rows']:,} 行，隐私单元 {unit or '无（普遍开放）'}，"
            f"版本 {entry['version'][:12]}",
            f"{entry['title_en'] or entry['title']} ({entry['name']}) arrived: {each['rows']:,} rows, "
            f"privacy unit {unit or 'none (open)'}, version {entry['version'][:12]}",
        )
        for note in each["notes"][:NOTES_SHOWN]:
            place = f"{entry['name']}.{note['column']}" if note["column"] else entry["name"]
            teller.note(f"推断：{place} {note['message']}", f"inferred: {place} {note['message']}")
        if each["problems"]:
            listed = ", ".join(each["problems"])
            teller.note(f"质量问题：{listed}", f"quality: {listed}")
    return tuple(resource_of(each["entry"]) for each in arrived)


def publish(stage: Stage, resources: Sequence[Resource]) -> None:
    """Act 2: rules approved, resources decided on, the catalog published with sample data."""
    cast, teller = stage.cast, stage.teller
    operator, bureau, center = cast[Role.OPERATOR], cast[Role.BUREAU], cast[Role.INFO_CENTER]
    teller.act("二、脱敏与发布", "2. Desensitise and publish")
    rows = [
        (f"{resource.name}.{column.name}", column.title, column.kind or "", column.grade)
        for resource in resources
        for column in resource.columns
        if column.kind or (column.grade or 0) >= SENSITIVE
    ]
    columns = ("信息项", "名称", "识别为", "分级") if stage.language == "zh" else ("column", "title", "kind", "grade")
    teller.table(columns, rows)
    rule = center.post("/rules", {"document": DEFAULT.read_text(encoding="utf-8")})
    teller.step(center.name, f"起草脱敏规则 {rule['id']}", f"drafted the desensitisation rules {rule['id']}")
    bureau.post(f"/rules/{rule['id']}/approval", {"reason": "符合办法第十三条"})
    rule = operator.post(f"/rules/{rule['id']}/effect")
    teller.step(bureau.name, "批准脱敏规则，规则生效", "approved the rules; they are in force")
    ids = [resource.id for resource in resources]
    for id in ids:
        bureau.post(f"/resources/{id}/decision", {"reason": "不属于办法第九条禁止列入的三类数据"})
    teller.step(
        bureau.name,
        f"逐项审定 {len(ids)} 项资源：均不属于禁止列入目录的三类数据",
        f"decided on {len(ids)} resources: none falls under the three prohibited classes",
    )
    edition = operator.post("/editions", {"resources": ids})
    operator.post(f"/editions/{edition['number']}/filing", {"notice": "厦数目备〔2026〕1号"})
    operator.post(f"/editions/{edition['number']}/publication")
    teller.step(
        operator.name,
        f"编制、报备并发布开发目录第 {edition['number']} 版（{len(ids)} 项）",
        f"compiled, filed and published edition {edition['number']} of the development catalog ({len(ids)} entries)",
    )
    developer = cast[Role.DEVELOPER]
    first = next((resource for resource in resources if resource.privacy_unit), resources[0])
    shown = developer.get(f"/catalog/{first.id}/sample")
    teller.step(
        developer.name,
        f"查看样例数据：{first.title}（{'脱敏合成，不指向任何人' if shown['origin'] == 'synthetic' else '普遍开放'}）",
        f"looked at sample data of {first.name} ({shown['origin']}: it shows nobody)",
    )
    teller.table(shown["columns"], shown["rows"], shown=3)


def apply(stage: Stage) -> str:
    """Act 3: a scenario, an application, its approval, an agreement signed by both and filed; the agreement's id."""
    cast, teller = stage.cast, stage.teller
    developer, operator, bureau = cast[Role.DEVELOPER], cast[Role.OPERATOR], cast[Role.BUREAU]
    teller.act("三、申请与审批", "3. Apply and approve")
    asked = {
        "category": "就业、产业与出行分析",
        "title": "各区就业结构与共享单车停放分析",
        "purpose": "在平台内统计分析就业、产业与出行结构，服务企业选址与车辆调度",
    }
    scenario = developer.post("/scenarios", asked)
    teller.step(developer.name, f"提出场景需求：{asked['title']}", "demanded a scenario: employment and shared bikes")
    opinions = [
        {"department": "市人力资源和社会保障局", "text": "同意"},
        {"department": "市交通运输局", "text": "同意"},
    ]
    bureau.post(f"/scenarios/{scenario['id']}/approval", {"reason": "公共利益明确，风险可控", "opinions": opinions})
    teller.step(bureau.name, "会同相关部门审定场景（一类场景一审定）", "decided on the class with the departments")
    operator.post(f"/scenarios/{scenario['id']}/publication")
    teller.step(operator.name, "发布应用场景目录", "published the scenario catalog")
    for piece in evidence(date.today() + timedelta(days=700)):  # noqa: DTZ011 - a day of the demonstration's own
        developer.post("/qualifications", piece)
    held = operator.get("/qualifications/lujiang-data")
    for piece in held["evidence"]:
        operator.post(f"/qualifications/lujiang-data/evidence/{piece['number']}/acceptance")
    teller.step(
        operator.name,
        f"核验二级开发主体六项安全条件的证明材料（{len(held['evidence'])} 份）",
        f"checked the evidence of the six safety conditions ({len(held['evidence'])} documents)",
    )
    application = developer.post("/applications", _materials(stage, scenario["id"]))
    application = developer.post(f"/applications/{application['id']}/submission")
    due = application["due"]["at"][:10]
    teller.step(
        developer.name,
        f"提交申请（{len(application['data'])} 项资源，逐列写明用途）；五个工作日内答复，截止 {due}",
        f"applied for {len(application['data'])} resources, each column with its uses; to be decided by {due}",
    )
    teller.refused(developer.name, developer.send(f"/applications/{application['id']}/approval", {}).json())
    operator.post(f"/applications/{application['id']}/approval", {"reason": "材料齐全，用途与场景一致"})
    teller.step(operator.name, "审核通过申请", "approved the application")
    agreement = operator.post("/agreements", {"application": application["id"], **_terms()})
    for party in (developer, operator):
        signer = PartySigner.new()
        party.post("/me/key", {"key": signer.key})
        signature = signer.sign(bytes.fromhex(agreement["statement"]))
        signed = party.post(f"/agreements/{agreement['id']}/signatures", {"signature": signature})
        teller.step(
            party.name, f"签署协议 {agreement['id'][:12]}（Ed25519）", f"signed agreement {agreement['id'][:12]}"
        )
    operator.post(f"/agreements/{agreement['id']}/filing", {"notice": "厦数协备〔2026〕1号"})
    teller.step(
        operator.name,
        f"协议生效并报主管部门备案（期限 {signed['filing_due']['at'][:10]}），附件摘要 {signed['annex_digest'][:16]}",
        f"the agreement is in force and filed with the bureau; annex {signed['annex_digest'][:16]}",
    )
    return str(agreement["id"])


def _materials(stage: Stage, scenario: str) -> Mapping[str, Any]:
    listed = stage.cast[Role.DEVELOPER].get("/catalog", limit=200)["items"]
    data = [
        {
            "resource": entry["id"],
            "columns": {column["name"]: column["uses"] for column in entry["columns"] if column["uses"]},
        }
        for entry in listed
    ]
    return {
        "qualification": "高新技术企业，具备数据分析资质",
        "scenario": scenario,
        "data": data,
        "manner": "在平台内以统计查询方式使用，成果经审核后导出",
        "safety": "设数据安全负责人，权限分离，全程留痕",
    }


def _terms() -> Mapping[str, str]:
    return {
        "rights_and_duties": "乙方在平台内开发利用，甲方提供环境、审核与监测",
        "conditions": "仅限本场景；结果经审核后导出",
        "security": "原始数据不出域；不得尝试识别个人或企业",
        "fees": "公益场景，免费",
        "liability": "违反约定的，依办法与协议承担责任",
    }


def resource_of(entry: Mapping[str, Any]) -> Resource:
    """A catalog entry as the API tells of it, as a value again."""
    columns = tuple(
        Column(
            name=column["name"],
            title=column["title"],
            type=ColumnType(column["type"]),
            uses=frozenset(map(Use, column["uses"])),
            kind=column["kind"],
            bounds=tuple(column["bounds"]) if column["bounds"] else None,
            grade=column["grade"],
            title_en=column["title_en"],
        )
        for column in entry["columns"]
    )
    return Resource(
        id=ResourceId(entry["id"]),
        name=entry["name"],
        title=entry["title"],
        title_en=entry["title_en"],
        provider=entry["provider"],
        columns=columns,
        privacy_unit=entry["privacy_unit"],
    )
