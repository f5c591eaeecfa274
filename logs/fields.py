"""The words an event's facts are written in: one meaning to a word, whatever the kind of event."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A documented fact; `refers` names what its text, or each of its texts, is the id of, for searching the log."""

    name: str
    zh: str
    en: str
    refers: str | None = None


_ROWS = (
    # what the event is about
    Field("resource", "数据资源", "data resource", "resource"),
    Field("resources", "数据资源（多项）", "data resources", "resource"),
    Field("agreement", "开发协议", "agreement", "agreement"),
    Field("application", "申请", "application", "application"),
    Field("scenario", "应用场景", "scenario", "scenario"),
    Field("query", "查询", "query", "query"),
    Field("output", "成果", "output", "output"),
    Field("file", "非公共数据文件", "non-public file", "own_file"),
    Field("source", "数据来源", "declared source of the data"),
    Field("right", "权利依据", "right by which the data is used"),
    Field("table", "工作区表", "workspace table", "table"),
    Field("protection", "保护类别（开放、已发布、受保护）", "whether the rows are open, released or protected"),
    Field("party", "相对方组织", "the other organisation concerned", "party"),
    Field("parties", "相关组织", "the organisations concerned", "party"),
    Field("provider", "数据提供单位", "data provider", "party"),
    Field("person", "人员", "person", "person"),
    Field("rule", "规则文件", "rule document", "rule"),
    Field("session", "会话", "session", "session"),
    # data, never its values
    Field("columns", "信息项名称", "names of columns"),
    Field("column", "信息项名称", "name of the column"),
    Field("column_count", "信息项数", "number of columns"),
    Field("privacy_unit", "隐私单元信息项", "the column naming whom a row is about"),
    Field("unit_unique", "隐私单元是否唯一", "whether each privacy unit stands in one row only"),
    Field("digest", "内容摘要", "digest of the content"),
    Field("replaced", "被替换版本的内容摘要", "digest of the version it replaces"),
    Field("rows", "行数", "number of rows"),
    Field("bytes", "字节数", "number of bytes"),
    Field("recognised", "识别出的标识类型", "kind of identifier recognised"),
    Field("grade", "数据分级", "grade of the data"),
    Field("share", "命中比例", "share of cells that match"),
    Field("techniques", "脱敏技术（信息项=技术）", "desensitisation techniques, as column=technique"),
    Field("prohibition", "禁止列入的类别", "prohibited class"),
    Field("edition", "版次", "edition"),
    Field("problems", "质量问题名称", "names of quality problems"),
    # procedure
    Field("title", "名称", "title"),
    Field("nature", "主体性质", "whether a natural person, legal person or other organisation"),
    Field("roles", "角色（多项）", "roles"),
    Field("condition", "安全条件", "safety condition of Article 15"),
    Field("category", "场景类别", "class of scenario"),
    Field("departments", "会同审核部门", "departments heard"),
    Field("annex", "协议附件摘要", "digest of the agreement's annex"),
    Field("uses", "用途（信息项=用途）", "uses, as resource.column=use"),
    Field("state", "状态", "state"),
    Field("deadline", "办理期限", "deadline"),
    Field("provisional", "期限是否暂定", "whether the deadline is provisional"),
    Field("begins", "生效时间", "beginning"),
    Field("ends", "失效时间", "end"),
    Field("reasons", "理由", "reasons"),
    Field("reason", "理由", "reason"),
    Field("notice", "备案号", "number of the filing"),
    Field("killed", "被终止的查询数", "number of queries killed"),
    Field("stop", "停止令", "stop", "stop"),
    Field("scope", "停止范围", "what is stopped"),
    Field("late", "是否超期", "whether after its deadline"),
    Field("inspection", "监督检查", "inspection", "inspection"),
    Field("incident", "安全事件", "security incident", "incident"),
    Field("record", "供给记录", "record of the supply"),
    Field("period", "账期或报告期", "period"),
    Field("units", "用量（计量项=数量）", "usage, as meter=units"),
    Field("fen", "金额（分）", "amount in fen"),
    Field("channel", "提醒方式", "way of reminding"),
    Field("channels", "提醒方式（多项）", "ways of reminding"),
    Field("about", "提醒事项", "what a reminder is about"),
    Field("tries", "尝试次数", "number of tries"),
    Field("list", "名单种类", "kind of list"),
    # access and queries
    Field("verb", "操作", "verb"),
    Field("thing", "对象类型", "kind of thing"),
    Field("decided_by", "作出判定的规则", "the rule that decided"),
    Field("sql", "查询语句原文", "the caller's SQL"),
    Field("snapshots", "所读数据版本（资源=摘要）", "snapshots read, as resource=digest"),
    Field("releases", "统计发布点数", "number of releases"),
    Field("cells", "单元格数", "number of cells released"),
    Field("hidden_cells", "隐藏单元格数", "number of hidden cells"),
    Field("hidden_figures", "隐藏数值数", "number of hidden figures"),
    Field("disclosure_rules", "披露控制规则（版本=摘要）", "disclosure rules, as version=digest"),
    Field("milliseconds", "耗时（毫秒）", "duration in milliseconds"),
    Field("error", "错误类型", "kind of error"),
    Field("place", "出错位置", "where it went wrong"),
    Field("limit", "触及的限额", "the limit that was reached"),
    Field("format", "格式", "format"),
    Field("method", "认证方式", "how identity was shown"),
    Field("role", "角色", "role"),
    # the log itself
    Field("seq", "日志序号", "number in the log"),
    Field("seal", "日志封印", "seal of the log at that number"),
    Field("root", "日志树根哈希", "root of the tree over the log up to that number"),
    Field("signature", "签名", "signature"),
    Field("key", "公钥", "public key"),
    Field("records", "记录数", "number of records"),
    Field("findings", "发现的问题数", "number of findings"),
)

FIELDS: Mapping[str, Field] = {field.name: field for field in _ROWS}
