"""What can go wrong with alert rules, alerts and orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from logs.errors import Language, Refusal

Title = dict[Language, str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong at one place of a rule document."""

    where: str
    zh: str
    en: str


class AlertRulesWrong(Refusal):
    """A document of alert rules says something without meaning; none of it takes effect."""

    kind = "alert-rules-wrong"
    title: ClassVar[Title] = {"zh": "预警规则有误", "en": "The alert rules are wrong"}

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(tuple(flaws))
        self.flaws = tuple(flaws)

    def detail(self, language: Language) -> str:
        if language == "zh":
            return "；".join(f"{flaw.where}：{flaw.zh}" for flaw in self.flaws)
        return "; ".join(f"{flaw.where}: {flaw.en}" for flaw in self.flaws)

    def remedy(self, language: Language) -> str:
        return "改正后整份重新提交。" if language == "zh" else "Correct them and hand the whole document in again."


class AlertUnknown(Refusal):
    """There is no alert of that number."""

    kind = "alert-unknown"
    title: ClassVar[Title] = {"zh": "没有该预警", "en": "There is no such alert"}

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def detail(self, language: Language) -> str:
        return f"没有第 {self.number} 号预警。" if language == "zh" else f"There is no alert {self.number}."

    def remedy(self, language: Language) -> str:
        return "在预警列表中查找。" if language == "zh" else "Look it up in the list of alerts."


class AlertMoveImpossible(Refusal):
    """The alert's state does not allow the move."""

    kind = "alert-move-impossible"
    title: ClassVar[Title] = {"zh": "预警的状态不允许该操作", "en": "The alert's state does not allow that"}

    def __init__(self, number: int, state: str, possible: Sequence[str]) -> None:
        super().__init__(number, state, tuple(possible))
        self.number, self.state, self.possible = number, state, tuple(possible)

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.number} 号预警的状态为 {self.state}。"
        return f"Alert {self.number} is {self.state}."

    def remedy(self, language: Language) -> str:
        words = ", ".join(self.possible) or "-"
        return f"可以：{words}。" if language == "zh" else f"Possible now: {words}."


class NothingToFreeze(Refusal):
    """The alert is about nobody in particular whose processing could be stopped."""

    kind = "nothing-to-freeze"
    title: ClassVar[Title] = {"zh": "没有可冻结的对象", "en": "There is nothing to freeze"}

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"第 {self.number} 号预警不针对特定人员、组织、协议或数据资源。"
        return f"Alert {self.number} is about no person, organisation, agreement or resource in particular."

    def remedy(self, language: Language) -> str:
        return "在平台上以停止令办理。" if language == "zh" else "Order a stop on the platform itself."


class NotConfirmed(Refusal):
    """A freeze was asked for without the one confirmation it takes."""

    kind = "freeze-not-confirmed"
    title: ClassVar[Title] = {"zh": "冻结尚未确认", "en": "The freeze is not confirmed"}

    def __init__(self, scope: str, target: str) -> None:
        super().__init__(scope, target)
        self.scope, self.target = scope, target

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"将停止 {self.scope}:{self.target} 的全部数据处理，正在运行的查询立即终止。"
        return f"It would stop all processing of {self.scope}:{self.target}, running queries at once."

    def remedy(self, language: Language) -> str:
        return "确认后以 confirm=true 重新提交。" if language == "zh" else "Send it again with confirm=true."
