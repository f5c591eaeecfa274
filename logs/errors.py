"""What can go wrong, said in Chinese and English, knowing nothing of HTTP."""

from datetime import timedelta
from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class Refusal(Exception):
    """Something asked for that is not done: what, where, why, and what to do instead.

    Subclasses carry the particulars as fields and give `title`, `detail` and `remedy` in both languages. None of the
    three ever quotes a value of a dataset.
    """

    kind: ClassVar[str]
    title: ClassVar[dict[Language, str]]

    def detail(self, language: Language) -> str:
        """What was refused, where and why."""
        return self.title[language]

    def remedy(self, language: Language) -> str:
        """What to do instead; empty when nothing helps."""
        del language
        return ""

    def __str__(self) -> str:
        return self.detail("en")


class UnknownKind(Refusal):
    """An event of a kind that the catalogue of kinds does not hold."""

    kind = "unknown-event-kind"
    title: ClassVar[dict[Language, str]] = {"zh": "未登记的事件类型", "en": "Unknown kind of event"}

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"事件类型“{self.name}”不在事件目录中。"
        return f"The kind of event {self.name!r} is not in the catalogue."

    def remedy(self, language: Language) -> str:
        return "请在 logs/kinds.py 中登记。" if language == "zh" else "Add it to logs/kinds.py with its facts."


class UndocumentedFact(Refusal):
    """An event with facts that its kind does not document."""

    kind = "undocumented-event-fact"
    title: ClassVar[dict[Language, str]] = {"zh": "事件含未登记的字段", "en": "Undocumented fact in an event"}

    def __init__(self, name: str, facts: tuple[str, ...]) -> None:
        super().__init__(name, facts)
        self.name = name
        self.facts = facts

    def detail(self, language: Language) -> str:
        names = "、".join(self.facts) if language == "zh" else ", ".join(self.facts)
        if language == "zh":
            return f"事件类型“{self.name}”未登记字段：{names}。"
        return f"The kind of event {self.name!r} documents no fact {names}."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请在 logs/fields.py 与 logs/kinds.py 中登记该字段。"
        return "Document the fact in logs/fields.py and logs/kinds.py."


class EventRecordedTwice(Refusal):
    """An event was recorded a second time under the same id: something was saved twice."""

    kind = "event-recorded-twice"
    title: ClassVar[dict[Language, str]] = {"zh": "事件重复记录", "en": "Event recorded twice"}

    def __init__(self, name: str, id: str) -> None:
        super().__init__(name, id)
        self.name = name
        self.id = id

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"事件 {self.id}（{self.name}）已经记录过。"
        return f"Event {self.id} ({self.name}) is on record already."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "每个事件使用新的编号，同一状态变化只保存一次。"
        return "Give every event an id of its own and save a change once."


class EventTooLong(Refusal):
    """An event whose text no receiver could be sure to take."""

    kind = "event-too-long"
    title: ClassVar[dict[Language, str]] = {"zh": "事件内容过长", "en": "Event too long"}

    def __init__(self, name: str, length: int, longest: int) -> None:
        super().__init__(name, length, longest)
        self.name = name
        self.length = length
        self.longest = longest

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"事件（{self.name}）有 {self.length} 个字符，上限为 {self.longest}。"
        return f"An event ({self.name}) has {self.length} characters; at most {self.longest} are taken."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请缩短请求内容（例如查询语句）。"
        return "Shorten what was sent, for instance the query."


class NotAnEvent(Refusal):
    """A text that is not the canonical text of an event; `part` names what is wrong with it, never quoting it."""

    kind = "not-an-event"
    title: ClassVar[dict[Language, str]] = {"zh": "不是规范的事件文本", "en": "Not the canonical text of an event"}

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"事件文本的 {self.part} 部分不符合规范形式。"
        return f"The part {self.part!r} of the event's text is not in canonical form."


class ArchiveOfAnotherForm(Refusal):
    """A receiver's database written by another version of the receiver."""

    kind = "log-archive-of-another-form"
    title: ClassVar[dict[Language, str]] = {
        "zh": "接收端数据库与程序版本不符",
        "en": "The receiver's database is of another version",
    }

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def detail(self, language: Language) -> str:
        return f"{self.title[language]}{'：' if language == 'zh' else ': '}{self.name}"

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请将该文件移走并妥善保存；平台会从第 1 号起重新送达全部日志。"
        return "Set the file aside and keep it; the platform delivers the whole log again from record 1."


class NotAProof(Refusal):
    """A file that is not the proof of one record."""

    kind = "not-a-record-proof"
    title: ClassVar[dict[Language, str]] = {"zh": "不是单条记录的证明", "en": "Not the proof of a record"}

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请给出由 prove-record 或 GET /api/v1/records/{序号}/proof 得到的文件。"
        return "Give a file that prove-record or GET /api/v1/records/{number}/proof made."


class NotYetSigned(Refusal):
    """A record that no signed checkpoint covers yet, or that is not held at all."""

    kind = "log-record-not-yet-signed"
    title: ClassVar[dict[Language, str]] = {
        "zh": "该记录尚无签名检查点",
        "en": "No checkpoint covers the record yet",
    }

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.seq} 号记录尚未送达，或其后还没有签名检查点。"
        return f"Record {self.seq} has not been delivered, or no signed checkpoint follows it yet."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "平台每隔片刻签署一次检查点，请稍后重试。"
        return "The platform signs a checkpoint every few moments; try again shortly."


class ChainForked(Refusal):
    """The chain's end moved while it was being sealed onto; nothing was written."""

    kind = "chain-forked"
    title: ClassVar[dict[Language, str]] = {"zh": "日志链末端已变动", "en": "The chain's end has moved"}

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"封印第 {self.seq} 号记录时，日志链末端已被改动，本次未写入。"
        return f"The end of the chain moved while record {self.seq} was being sealed; nothing was written."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "封印程序会重试；若反复出现，请核验日志。"
        return "The sealer tries again; if this repeats, verify the log."


class SealedOtherwise(Refusal):
    """The settings name another hash than the one this log was begun with; one log has one hash."""

    kind = "log-sealed-otherwise"
    title: ClassVar[dict[Language, str]] = {"zh": "日志已用另一算法封印", "en": "The log is sealed with another hash"}

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(found, wanted)
        self.found = found
        self.wanted = wanted

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"本日志自第 1 号起以 {self.found} 封印，设置要求 {self.wanted}。"
        return f"This log has been sealed with {self.found} from its first record; the settings say {self.wanted}."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return f"请将 XDS_LOG_HASH 设为 {self.found}，或为新日志另用数据库。"
        return f"Set XDS_LOG_HASH to {self.found}, or begin a new log in a database of its own."


class LogsBehind(Refusal):
    """Delivery to the resource platform lags so far behind that new work is refused before an event is lost."""

    kind = "logs-behind"
    title: ClassVar[dict[Language, str]] = {"zh": "日志传送滞后，暂停受理", "en": "Log delivery lags: no new work"}

    def __init__(self, count: int, age: timedelta) -> None:
        super().__init__(count, age)
        self.count = count
        self.age = age

    def detail(self, language: Language) -> str:
        seconds = int(self.age.total_seconds())
        if language == "zh":
            return f"有 {self.count} 条日志尚未送达公共数据资源平台，最早一条已等待 {seconds} 秒。"
        return f"{self.count} events have not reached the resource platform; the oldest has waited {seconds} seconds."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请恢复日志接收端或传送程序；积压清除后自动恢复受理。"
        return "Bring the log receiver or the relay back; work resumes by itself once the backlog has gone."


class ReceiverUnavailable(Refusal):
    """The receiver did not answer, or asked to be tried later; `after` is how many seconds later, when it said so."""

    kind = "log-receiver-unavailable"
    title: ClassVar[dict[Language, str]] = {"zh": "日志接收端不可用", "en": "Log receiver unavailable"}

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason, after)
        self.reason = reason
        self.after = after

    def detail(self, language: Language) -> str:
        return f"{self.title[language]}{'：' if language == 'zh' else ': '}{self.reason}"

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "传送程序会持续重试，日志不会丢失。"
        return "The relay keeps trying; no event is lost."


class ReceiverRefused(Refusal):
    """The receiver refused the records themselves; trying the same again will not help until somebody looks."""

    kind = "log-receiver-refused"
    title: ClassVar[dict[Language, str]] = {"zh": "日志接收端拒收", "en": "Log receiver refuses the records"}

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def detail(self, language: Language) -> str:
        return f"{self.title[language]}{'：' if language == 'zh' else ': '}{self.reason}"

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请核对令牌与接收端所持日志；日志保留在本平台并继续重试。"
        return "Check the token and the log the receiver holds; events are kept here and tried again."


class ReceiptInvalid(ReceiverRefused):
    """The receiver's receipt is not signed by the key it is known by."""

    kind = "log-receipt-invalid"
    title: ClassVar[dict[Language, str]] = {"zh": "接收回执签名不成立", "en": "The receiver's receipt does not hold"}

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请核对接收端公钥（XDS_RECEIVER_KEY）；日志保留在本平台并继续重试。"
        return "Check the receiver's public key (XDS_RECEIVER_KEY); events are kept here and tried again."


class ReceiverHoldsAnotherLog(Refusal):
    """The receiver's last record is not part of this platform's log."""

    kind = "log-receiver-holds-another-log"
    title: ClassVar[dict[Language, str]] = {"zh": "接收端所持并非本平台日志", "en": "The receiver holds another log"}

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"接收端第 {self.seq} 号记录的封印与本平台日志不符。"
        return f"Record {self.seq} of the receiver does not carry the seal it has in this platform's log."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请为本平台使用独立的接收端数据库，或核验双方日志。"
        return "Give this platform a receiver database of its own, or verify both logs."


class NoSuchEvidence(Refusal):
    """The file whose records are to be proved cannot be read."""

    kind = "no-such-evidence"
    title: ClassVar[dict[Language, str]] = {"zh": "无法读取待核验文件", "en": "The file to verify cannot be read"}

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"无法读取文件 {self.name}：{self.reason}。"
        return f"The file {self.name} cannot be read: {self.reason}."

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请给出接收端数据库或导出的 JSONL 文件的路径。"
        return "Name the receiver's database or an exported JSONL file."
