"""What can go wrong between a query and its answer, and between an output and its release."""

from typing import ClassVar

from logs.errors import Language, Refusal
from sandbox.failures import FAILURES, KILLS, STATES, Failure, Killed
from sandbox.reasons import Reason


class NotLawful(Refusal):
    """The gate refuses the SQL; every reason is listed, each with its place and the nearest lawful form."""

    kind: ClassVar[str] = "query-not-lawful"
    title: ClassVar[dict[Language, str]] = {
        "zh": "查询不合规，未予执行",
        "en": "The query is not lawful and was not run",
    }

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def detail(self, language: Language) -> str:
        """Every reason, one after the other."""
        return ("；" if language == "zh" else "; ").join(reason.sentence(language) for reason in self.reasons)

    def remedy(self, language: Language) -> str:
        """The nearest lawful forms the reasons name."""
        forms = dict.fromkeys(reason.instead[language] for reason in self.reasons if language in reason.instead)
        return ("；" if language == "zh" else "; ").join(forms)


class QueryFailed(Refusal):
    """The engine could not answer a lawful query; only the kind of failure is told, never the engine's words."""

    kind: ClassVar[str] = "query-failed"
    title: ClassVar[dict[Language, str]] = {"zh": "查询执行失败", "en": "The query failed"}

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure

    def detail(self, language: Language) -> str:
        """What kind of failure it was."""
        return FAILURES[self.failure][0][language]

    def remedy(self, language: Language) -> str:
        """What usually helps against that kind of failure."""
        return FAILURES[self.failure][1][language]


class QueryTooLarge(QueryFailed):
    """The answer has more rows or bytes than the agreement's limits allow."""

    kind: ClassVar[str] = "query-too-large"
    title: ClassVar[dict[Language, str]] = {"zh": "查询结果过大", "en": "The answer is too large"}

    def __init__(self, *, rows: int, bytes: int) -> None:
        super().__init__(Failure.TOO_LARGE)
        self.rows = rows
        self.bytes = bytes

    def detail(self, language: Language) -> str:
        """The limits that were exceeded."""
        if language == "zh":
            return f"结果超过上限：{self.rows} 行或 {self.bytes} 字节"
        return f"the answer exceeds the limit of {self.rows} rows or {self.bytes} bytes"


class QueryKilled(Refusal):
    """The query's process was ended: its time ran out, it was stopped, or the system ended it."""

    kind: ClassVar[str] = "query-killed"
    title: ClassVar[dict[Language, str]] = {"zh": "查询已被终止", "en": "The query was ended"}

    def __init__(self, reason: Killed, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds

    def detail(self, language: Language) -> str:
        """Why it was ended."""
        why = KILLS[self.reason][0][language]
        if self.reason is Killed.TIMEOUT and self.seconds is not None:
            return f"{why}（{self.seconds:g} 秒）" if language == "zh" else f"{why} ({self.seconds:g} seconds)"
        return why

    def remedy(self, language: Language) -> str:
        """What to change before asking again."""
        return KILLS[self.reason][1][language]


class WorkersBusy(Refusal):
    """No worker became free in the time a query may wait."""

    kind: ClassVar[str] = "workers-busy"
    title: ClassVar[dict[Language, str]] = {"zh": "查询进程全部繁忙", "en": "All query workers are busy"}

    def remedy(self, language: Language) -> str:
        """Wait and ask again."""
        return "请稍后重试" if language == "zh" else "ask again a little later"


class WorkersUnavailable(Refusal):
    """A query worker cannot be started or cannot be confined; nothing is run outside of one."""

    kind: ClassVar[str] = "workers-unavailable"
    title: ClassVar[dict[Language, str]] = {
        "zh": "无法启动查询进程",
        "en": "No query worker can be started",
    }

    def remedy(self, language: Language) -> str:
        """Look at the machine: memory, processes, permissions of the state folder."""
        if language == "zh":
            return "请运营方检查内存、进程数上限与状态目录的权限"
        return "the operator should check memory, the limit on processes and the state folder's permissions"


class SnapshotMissing(Refusal):
    """A snapshot's file is not where the catalog says, or lies outside the snapshots' folder."""

    kind: ClassVar[str] = "snapshot-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "数据版本文件缺失", "en": "A data version's file is missing"}

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource

    def detail(self, language: Language) -> str:
        """Whose file it is."""
        return f"资源 {self.resource}" if language == "zh" else f"resource {self.resource}"

    def remedy(self, language: Language) -> str:
        """Let the resource arrive again."""
        return "请运营方重新汇入该资源" if language == "zh" else "the operator should let the resource arrive again"


class RingsMissing(Refusal):
    """The administrator's setting demands a ring of confinement that this machine does not offer."""

    kind: ClassVar[str] = "rings-missing"
    title: ClassVar[dict[Language, str]] = {
        "zh": "缺少必需的隔离层，不提供原始数据",
        "en": "A demanded ring of confinement is missing; raw data is not served",
    }

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(missing)
        self.missing = missing

    def detail(self, language: Language) -> str:
        """Which rings are missing."""
        names = ", ".join(self.missing)
        return f"缺少：{names}" if language == "zh" else f"missing: {names}"

    def remedy(self, language: Language) -> str:
        """Start with the rights the rings need, or demand fewer."""
        if language == "zh":
            return "以 root 启动或授予相应能力位，或在设置 demand_rings 中减少要求"
        return "start as root or grant the capabilities, or demand fewer rings in the setting demand_rings"


class NotAnswered(Refusal):
    """A result is asked for of a query that has none: it is running still, or it ended without an answer."""

    kind: ClassVar[str] = "query-not-answered"
    title: ClassVar[dict[Language, str]] = {"zh": "查询没有结果", "en": "The query has no answer"}

    def __init__(self, query: str, state: str) -> None:
        super().__init__(query, state)
        self.query = query
        self.state = state

    def detail(self, language: Language) -> str:
        """Which query, and where it stands."""
        state = STATES.get(self.state, {}).get(language, self.state)
        return f"查询 {self.query}：{state}" if language == "zh" else f"query {self.query}: {state}"

    def remedy(self, language: Language) -> str:
        """Wait while it runs; otherwise ask again."""
        if self.state == "running":
            return "请稍后再取" if language == "zh" else "ask for the result a little later"
        return "请重新提交查询" if language == "zh" else "send the query again"


class ResultDamaged(Refusal):
    """A stored result cannot be opened with the platform's key, or is not what it was when it was stored."""

    kind: ClassVar[str] = "result-damaged"
    title: ClassVar[dict[Language, str]] = {"zh": "结果文件损坏", "en": "The stored result is damaged"}

    def remedy(self, language: Language) -> str:
        """Ask again; let the operator look at the state folder."""
        if language == "zh":
            return "请重新提交查询，并告知运营方检查状态目录与密钥"
        return "send the query again, and have the operator look at the state folder and its key"


class NotReleased(Refusal):
    """A file is asked for of an output that has not been released."""

    kind: ClassVar[str] = "output-not-released"
    title: ClassVar[dict[Language, str]] = {"zh": "成果尚未放行", "en": "The output has not been released"}

    def __init__(self, output: str, state: str) -> None:
        super().__init__(output, state)
        self.output = output
        self.state = state

    def detail(self, language: Language) -> str:
        """Which output, and where it stands."""
        state = STATES.get(self.state, {}).get(language, self.state)
        return f"成果 {self.output}：{state}" if language == "zh" else f"output {self.output}: {state}"

    def remedy(self, language: Language) -> str:
        """Only the reviewer's decision opens it."""
        return "审核放行后方可下载" if language == "zh" else "it can be downloaded once its reviewer has released it"


class NotAReviewer(Refusal):
    """Somebody is named to review who neither operates the platform nor is a qualified third party (Article 19)."""

    kind: ClassVar[str] = "not-a-reviewer"
    title: ClassVar[dict[Language, str]] = {"zh": "不具备审核资格", "en": "Not somebody who may review"}

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role

    def remedy(self, language: Language) -> str:
        """Who may."""
        if language == "zh":
            return "请指定一级开发主体或具备资质的第三方机构的人员"
        return "name a person of the operator or of a qualified third party"


class WorkspaceFull(Refusal):
    """An agreement's workspace holds as many tables or bytes as it may."""

    kind: ClassVar[str] = "workspace-full"
    title: ClassVar[dict[Language, str]] = {"zh": "工作区已满", "en": "The workspace is full"}

    def __init__(self, *, tables: int, bytes: int) -> None:
        super().__init__(tables, bytes)
        self.tables = tables
        self.bytes = bytes

    def detail(self, language: Language) -> str:
        """The quota."""
        if language == "zh":
            return f"每份协议最多 {self.tables} 张表、{self.bytes} 字节"
        return f"an agreement may keep {self.tables} tables and {self.bytes} bytes"

    def remedy(self, language: Language) -> str:
        """Make room."""
        return "先删除不再需要的表" if language == "zh" else "drop tables that are needed no longer"


class TableNeeded(Refusal):
    """A workspace table is to go while other tables rest on it."""

    kind: ClassVar[str] = "workspace-table-needed"
    title: ClassVar[dict[Language, str]] = {"zh": "其他表由该表得出", "en": "Other tables rest on that table"}

    def __init__(self, table: str, needing: tuple[str, ...]) -> None:
        super().__init__(table, needing)
        self.table = table
        self.needing = needing

    def detail(self, language: Language) -> str:
        """Which tables."""
        names = ", ".join(self.needing)
        return f"{self.table} 之上有：{names}" if language == "zh" else f"{names} rest on {self.table}"

    def remedy(self, language: Language) -> str:
        """From the last to the first."""
        return "先删除这些表" if language == "zh" else "drop those first"
