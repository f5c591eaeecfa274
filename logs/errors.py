"""What can go wrong, said in Chinese and English, knowing nothing of HTTP."""

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
