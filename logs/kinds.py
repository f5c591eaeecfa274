"""The one catalogue of event kinds, `noun.past`, each with the facts it may carry (Measure, Article 22)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from logs.errors import UndocumentedFact, UnknownKind
from logs.fields import FIELDS, Field
from logs.model import Event


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, its name in both languages, and the documented facts (any of them may be left out)."""

    name: str
    zh: str
    en: str
    fields: tuple[Field, ...]

    def title(self, language: str) -> str:
        """Its name for readers, Chinese unless English is asked for."""
        return self.en if language == "en" else self.zh


def _kind(name: str, zh: str, en: str, facts: str) -> Kind:
    return Kind(name, zh, en, tuple(FIELDS[fact] for fact in facts.split()))


_QUERY = "query agreement annex scenario sql digest resources columns uses snapshots"
_TABLE = "table title agreement query annex protection columns resources snapshots rows bytes digest"
_FILE = "file title agreement rule source right digest columns recognised rows bytes problems reasons"
_OUTPUT = "output query agreement scenario resources title rows bytes format digest"
_APPLICATION = "application scenario resources uses party state deadline provisional"
_AGREEMENT = "agreement application scenario annex resources parties party begins ends state"
_SCENARIO = "scenario title category party"
_EVIDENCE = "party condition title digest ends"

_MATTER = "state deadline provisional late parties party provider resource agreement scenario" + (
    " inspection incident title reason record"
)

_ROWS = (
    # supply
    _kind(
        "resource.registered",
        "资源已登记",
        "Resource registered",
        "resource title provider column_count columns privacy_unit",
    ),
    _kind(
        "resource.arrived",
        "资源已到达",
        "Resource arrived",
        "resource provider digest replaced rows bytes unit_unique problems milliseconds",
    ),
    _kind(
        "column.recognised",
        "信息项已识别",
        "Column recognised",
        "resource column recognised grade share decided_by reason",
    ),
    _kind("resource.cleared", "资源已审定可列入", "Resource cleared for listing", "resource reason"),
    _kind("resource.barred", "资源被禁止列入", "Resource barred from listing", "resource prohibition reason"),
    _kind("resource.withdrawn", "资源已撤出开发目录", "Resource withdrawn", "resource reason"),
    # desensitisation and catalog
    _kind("rule.drafted", "规则已起草", "Rule drafted", "rule resource resources edition digest techniques"),
    _kind("rule.approved", "规则已批准", "Rule approved", "rule resource resources edition digest reason"),
    _kind("rule.in_force", "规则已生效", "Rule in force", "rule edition digest"),
    _kind("rule.superseded", "规则已被取代", "Rule superseded", "rule edition digest"),
    _kind(
        "catalog.compiled", "开发目录已编制", "Development catalog compiled", "edition resources digest records rule"
    ),
    _kind(
        "catalog.filed",
        "开发目录已备案",
        "Development catalog filed with the bureau",
        "edition resources digest records rule notice",
    ),
    _kind(
        "catalog.published", "开发目录已发布", "Development catalog published", "edition resources digest records rule"
    ),
    _kind("sample.viewed", "样例数据被查看", "Sample viewed", "resource rows digest rule"),
    # procedure
    _kind("organisation.registered", "组织已登记", "Organisation registered", "party title nature roles"),
    _kind("person.appointed", "人员已任命", "Person appointed", "person party role"),
    _kind("person.key_enrolled", "人员公钥已登记", "Person's key enrolled", "person key"),
    _kind("person.dismissed", "人员已卸任", "Person dismissed", "person party role reason"),
    _kind("qualification.presented", "资质证明已提交", "Evidence of qualification presented", _EVIDENCE),
    _kind("qualification.accepted", "资质证明已核验", "Evidence of qualification accepted", _EVIDENCE),
    _kind("qualification.rejected", "资质证明未通过", "Evidence of qualification rejected", _EVIDENCE + " reason"),
    _kind("scenario.demanded", "场景需求已提出", "Scenario demanded", _SCENARIO),
    _kind("scenario.approved", "场景已审定", "Scenario approved", _SCENARIO + " resources reason departments"),
    _kind("scenario.refused", "场景未通过审定", "Scenario refused", _SCENARIO + " reason departments"),
    _kind("scenario.published", "场景已发布", "Scenario published", _SCENARIO + " edition"),
    _kind("scenario.withdrawn", "场景已撤回", "Scenario withdrawn", _SCENARIO + " reason"),
    _kind("application.drafted", "申请已起草", "Application drafted", _APPLICATION),
    _kind("application.revised", "申请已修改", "Application revised", _APPLICATION),
    _kind("application.submitted", "申请已提交", "Application submitted", _APPLICATION),
    _kind("application.withdrawn", "申请已撤回", "Application withdrawn", _APPLICATION),
    _kind("application.approved", "申请已批准", "Application approved", _APPLICATION + " reason"),
    _kind("application.refused", "申请被驳回", "Application refused", _APPLICATION + " reasons"),
    _kind("agreement.drawn", "协议已拟定", "Agreement drawn up", _AGREEMENT + " uses"),
    _kind("agreement.signed", "协议已签署", "Agreement signed", _AGREEMENT + " digest signature key"),
    _kind("agreement.in_force", "协议已生效", "Agreement in force", _AGREEMENT + " deadline provisional"),
    _kind("agreement.cancelled", "协议已取消", "Agreement cancelled before it was signed", _AGREEMENT + " reason"),
    _kind(
        "agreement.filed", "协议已备案", "Agreement filed with the bureau", _AGREEMENT + " notice deadline provisional"
    ),
    _kind("agreement.stopped", "协议已停止", "Agreement stopped", _AGREEMENT + " reason killed"),
    _kind("agreement.resumed", "协议已恢复", "Agreement resumed", _AGREEMENT + " reason"),
    _kind("agreement.expired", "协议已到期", "Agreement expired", _AGREEMENT),
    _kind("agreement.terminated", "协议已终止", "Agreement terminated", _AGREEMENT + " reason killed"),
    _kind(
        "stop.ordered",
        "停止令已作出",
        "Stop ordered",
        "stop scope agreement resource scenario party person parties reason deadline",
    ),
    _kind(
        "stop.reported",
        "停止令风险情况已报告",
        "Risk behind a stop reported",
        "stop scope agreement resource scenario party person parties reason late",
    ),
    _kind(
        "stop.lifted",
        "停止令已解除",
        "Stop lifted",
        "stop scope agreement resource scenario party person parties reason",
    ),
    _kind("demand.raised", "数据需求已提出", "Data demand raised", _MATTER),
    _kind("demand.forwarded", "数据需求已转交", "Data demand forwarded", _MATTER),
    _kind("demand.met", "数据需求已满足", "Data demand met", _MATTER),
    _kind("demand.declined", "数据需求未予满足", "Data demand declined", _MATTER),
    _kind("demand.withdrawn", "数据需求已撤回", "Data demand withdrawn", _MATTER),
    _kind("objection.raised", "异议已提出", "Objection raised", _MATTER),
    _kind("objection.upheld", "异议成立", "Objection upheld", _MATTER),
    _kind("objection.denied", "异议不成立", "Objection denied", _MATTER),
    _kind("objection.corrected", "异议数据已更正", "Data corrected after an objection", _MATTER),
    _kind("objection.withdrawn", "异议已撤回", "Objection withdrawn", _MATTER),
    _kind("incident.declared", "安全事件已登记", "Incident declared", _MATTER),
    _kind("incident.activated", "应急预案已启动", "Incident plan activated", _MATTER),
    _kind("incident.reported", "安全事件已报告", "Incident reported to the bureau", _MATTER),
    _kind("incident.contained", "安全事件已控制", "Incident contained", _MATTER),
    _kind("incident.reviewed", "安全事件已复盘", "Incident reviewed", _MATTER),
    _kind("incident.closed", "安全事件已办结", "Incident closed", _MATTER),
    _kind("incident.reopened", "安全事件退回继续处置", "Incident reopened", _MATTER),
    _kind("inspection.begun", "监督检查已开始", "Inspection begun", _MATTER),
    _kind("inspection.concluded", "监督检查已结束", "Inspection concluded", _MATTER),
    _kind("rectification.ordered", "整改通知已下达", "Rectification ordered", _MATTER),
    _kind("rectification.answered", "整改方案已回复", "Rectification plan answered", _MATTER),
    _kind("rectification.finished", "整改已完成", "Rectification finished", _MATTER),
    _kind("rectification.returned", "整改被退回", "Rectification returned", _MATTER),
    _kind("rectification.closed", "整改已办结", "Rectification closed", _MATTER),
    _kind("sourcing.asked", "源数据申请已提出", "Source data asked for", _MATTER),
    _kind("sourcing.forwarded", "源数据申请已转交", "Request for source data forwarded", _MATTER),
    _kind("sourcing.consented", "源数据使用已获同意", "Source data consented to", _MATTER),
    _kind("sourcing.refused", "源数据申请未获同意", "Source data refused", _MATTER),
    _kind("sourcing.supplied", "源数据已供给", "Source data supplied", _MATTER),
    _kind("sourcing.ended", "源数据使用已结束", "Use of source data ended", _MATTER),
    _kind("sourcing.withdrawn", "源数据申请已撤回", "Request for source data withdrawn", _MATTER),
    _kind(
        "consent.presented",
        "授权同意已提交",
        "Consent of a data subject presented",
        "scenario resources party ends digest state",
    ),
    _kind(
        "consent.given",
        "授权同意已核验",
        "Consent of a data subject on record",
        "scenario resources party ends digest state",
    ),
    _kind(
        "consent.rejected",
        "授权同意未通过核验",
        "Consent of a data subject rejected",
        "scenario resources party ends digest state reason",
    ),
    _kind(
        "consent.withdrawn",
        "授权同意已撤回",
        "Consent of a data subject withdrawn",
        "scenario resources party ends digest state",
    ),
    _kind(
        "consent.expired",
        "授权同意已到期",
        "Consent of a data subject expired",
        "scenario resources party ends digest state",
    ),
    _kind("statement.issued", "账单已出具", "Statement issued", "agreement parties period units fen state reason"),
    _kind(
        "statement.confirmed", "账单已确认", "Statement confirmed", "agreement parties period units fen state reason"
    ),
    _kind("statement.disputed", "账单有争议", "Statement disputed", "agreement parties period units fen state reason"),
    _kind("statement.settled", "账单已结清", "Statement settled", "agreement parties period units fen state reason"),
    _kind(
        "report.filed", "运营报告已报送", "Operation report filed with the bureau", "period party digest state reason"
    ),
    _kind("report.acknowledged", "运营报告已知悉", "Operation report acknowledged", "period party digest state reason"),
    _kind("report.returned", "运营报告被退回", "Operation report returned", "period party digest state reason"),
    _kind("training.attended", "安全培训已登记", "Training attended", "person party title digest ends"),
    _kind("contact.set", "联系方式已设置", "Contact set", "party channels"),
    _kind("reminder.queued", "提醒已排队", "Reminder queued", "party channel about tries error"),
    _kind("reminder.tried", "提醒正在发送", "Reminder tried", "party channel about tries error"),
    _kind("reminder.sent", "提醒已发送", "Reminder sent", "party channel about tries error"),
    _kind("reminder.failed", "提醒发送失败", "Reminder failed", "party channel about tries error"),
    _kind("credit.imported", "名单已导入", "List imported", "list edition title records"),
    _kind("credit.superseded", "名单已被取代", "List superseded", "list edition"),
    _kind("affiliation.recorded", "关联关系已登记", "Ownership link recorded", "parties reason"),
    _kind("affiliation.ended", "关联关系已解除", "Ownership link ended", "parties reason"),
    _kind("application.supplement_asked", "申请需补正", "Application to be supplemented", _APPLICATION + " reasons"),
    _kind("application.supplemented", "申请已补正", "Application supplemented", _APPLICATION),
    # access and queries
    _kind(
        "access.denied",
        "访问被拒绝",
        "Access denied",
        "verb thing decided_by role party reason agreement resource query output",
    ),
    _kind("session.opened", "会话已建立", "Session opened", "session method role ends"),
    _kind("token.issued", "令牌已签发", "Token issued", "party role ends"),
    _kind("token.revoked", "令牌已收回", "Tokens revoked", "records"),
    _kind("session.refused", "会话被拒绝", "Session refused", "method reason"),
    _kind("query.checked", "查询已试检", "Query checked without running", _QUERY + " reasons decided_by"),
    _kind("query.started", "查询已开始执行", "Query started", _QUERY),
    _kind("query.refused", "查询被拒绝", "Query refused", _QUERY + " reasons decided_by"),
    _kind(
        "query.run",
        "查询已执行",
        "Query run",
        _QUERY + " releases rows cells hidden_cells hidden_figures disclosure_rules milliseconds",
    ),
    _kind("query.failed", "查询失败", "Query failed", _QUERY + " error place milliseconds"),
    _kind("query.killed", "查询被终止", "Query killed", _QUERY + " limit reason milliseconds"),
    _kind("query.viewed", "查询结果被查看", "Answer viewed", _QUERY + " rows format"),
    _kind("query.expired", "查询结果已清除", "Answer deleted after its time", _QUERY),
    # the workspace
    _kind("workspace.created", "工作区表已建立", "Workspace table created", _TABLE),
    _kind("workspace.deleted", "工作区表已删除", "Workspace table deleted with its rows", _TABLE + " reason"),
    # non-public data
    _kind("file.brought", "非公共数据文件已提交", "Non-public file brought in, in quarantine", _FILE),
    _kind("file.accepted", "非公共数据文件已接入", "Non-public file accepted", _FILE),
    _kind("file.rejected", "非公共数据文件被退回", "Non-public file rejected and deleted", _FILE),
    _kind("file.withdrawn", "非公共数据文件已撤回", "Non-public file withdrawn and deleted", _FILE),
    _kind("file.deleted", "非公共数据文件已删除", "Non-public file deleted", _FILE),
    # outputs
    _kind("output.requested", "成果已申请导出", "Output requested", _OUTPUT),
    _kind("output.assigned", "成果已指定审核人", "Reviewer named for an output", _OUTPUT + " party"),
    _kind("output.viewed", "成果被审阅", "Output looked at by its reviewer", _OUTPUT),
    _kind("output.released", "成果已放行", "Output released", _OUTPUT + " reason decided_by"),
    _kind("output.refused", "成果被驳回", "Output refused", _OUTPUT + " reasons decided_by"),
    _kind("output.withdrawn", "成果申请已撤回", "Output withdrawn", _OUTPUT),
    _kind("output.downloaded", "成果已下载", "Output downloaded", _OUTPUT),
    # the log itself
    _kind("log.checkpointed", "日志检查点已签署", "Log checkpoint signed", "seq seal root signature key"),
    _kind(
        "log.redelivered",
        "接收端丢失已签收的日志，已重新送达",
        "Receiver lost what it had acknowledged; delivered again",
        "seq records seal signature key",
    ),
    _kind("log.verified", "日志已核验", "Log verified", "records findings seq seal"),
    _kind("log.searched", "日志被查询", "Log searched", "party resource agreement scenario query records"),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ROWS}


def checked(event: Event) -> Kind:
    """The event's kind; raises `UnknownKind`, or `UndocumentedFact` naming every fact the catalogue does not know."""
    kind = KINDS.get(event.kind)
    if kind is None:
        raise UnknownKind(event.kind)
    strange = event.facts.keys() - {field.name for field in kind.fields}
    if strange:
        raise UndocumentedFact(event.kind, tuple(sorted(strange)))
    return kind


def mentions(event: Event) -> Iterator[tuple[str, str]]:
    """What the event refers to, as (what, id): who did it, its subject, every fact that is the id of something.

    An unknown kind (of a later edition of this catalogue) mentions its subject and the facts it shares with this one.
    """
    what, _, id = event.subject.partition(":")
    seen = dict.fromkeys([("actor", event.by.id), ("party", event.by.organisation), (what, id)])
    for name, fact in event.facts.items():
        refers = FIELDS[name].refers if name in FIELDS else None
        if refers is None:
            continue
        for text in fact if isinstance(fact, tuple) else (fact,):
            if isinstance(text, str):
                seen[refers, text] = None
    return iter(seen)
