"""What can go wrong in disclosure control and its budgets; all of it fails closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from logs.errors import Language, Refusal


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule of the document that is out of its lawful range, in both languages."""

    rule: str
    zh: str
    en: str


class RulesNotLawful(Refusal):
    """A disclosure rule document goes below what the platform may ever answer with; every breach is listed."""

    kind: ClassVar[str] = "disclosure-rules-not-lawful"
    title: ClassVar[dict[Language, str]] = {
        "zh": "披露控制规则不合规",
        "en": "The disclosure rules are not lawful",
    }

    def __init__(self, breaches: tuple[Breach, ...]) -> None:
        super().__init__(breaches)
        self.breaches = breaches

    def detail(self, language: Language) -> str:
        """Every breach with the rule it stands in."""
        if language == "zh":
            return "；".join(f"{breach.rule}：{breach.zh}" for breach in self.breaches)
        return "; ".join(f"{breach.rule}: {breach.en}" for breach in self.breaches)

    def remedy(self, language: Language) -> str:
        """Correct the document and have it approved again."""
        if language == "zh":
            return "改正规则文件后重新报主管部门批准"
        return "correct the rule document and have the bureau approve it again"


class NotMeasured(Refusal):
    """A release lacks a measured column, or it holds the wrong type; nothing of it is answered."""

    kind: ClassVar[str] = "release-not-measured"
    title: ClassVar[dict[Language, str]] = {
        "zh": "统计量未按披露控制的要求测得，未予输出",
        "en": "A figure was not measured as disclosure control needs it and is not answered",
    }

    def __init__(self, release: str, column: str) -> None:
        super().__init__(release, column)
        self.release = release
        self.column = column

    def detail(self, language: Language) -> str:
        """Which column of which release is missing or unfit."""
        if language == "zh":
            return f"发布 {self.release} 的列 {self.column} 缺失或类型不符"
        return f"column {self.column} of release {self.release} is missing or of the wrong type"

    def remedy(self, language: Language) -> str:
        """A fault of the platform, not of the query."""
        if language == "zh":
            return "这是平台的缺陷，请连同查询编号报告运营方；可换一种写法再试"
        return "this is a fault of the platform: report it with the query's id, or write the query differently"


CHARGED = {
    "queries": {"zh": "协议的查询次数", "en": "the agreement's queries"},
    "cells": {"zh": "资源的单元格数", "en": "the resource's cells"},
}
PERIODS = {
    "day": {"zh": "每日", "en": "a day"},
    "month": {"zh": "每月", "en": "a month"},
    "all": {"zh": "协议期内", "en": "in all"},
}


class BudgetSpent(Refusal):
    """An agreement has asked as many queries, or taken as many cells out of a resource, as it may in this period."""

    kind: ClassVar[str] = "budget-spent"
    title: ClassVar[dict[Language, str]] = {"zh": "查询额度不足", "en": "The query budget is spent"}

    def __init__(
        self, *, charge: str, subject: str, period: str, limit: int, left: int, renews_at: datetime | None
    ) -> None:
        super().__init__(charge, subject, period)
        self.charge = charge
        self.subject = subject
        self.period = period
        self.limit = limit
        self.left = left
        self.renews_at = renews_at

    def detail(self, language: Language) -> str:
        """Which budget, how large it is and what is left of it."""
        charged, period = CHARGED[self.charge][language], PERIODS[self.period][language]
        if language == "zh":
            return f"{charged}（{self.subject}）{period}上限 {self.limit}，剩余 {self.left}"
        return f"{charged} ({self.subject}): {self.limit} {period}, {self.left} left"

    def remedy(self, language: Language) -> str:
        """When it renews, and what costs less."""
        when = self.renews_at
        if when is None:
            return (
                "协议期内不再恢复：请申请变更协议"
                if language == "zh"
                else "it does not renew: have the agreement changed"
            )
        if language == "zh":
            return f"{when:%Y-%m-%d %H:%M}（北京时间）恢复；重复问过的问题不再占用单元格额度"
        return f"it renews at {when.isoformat()}; cells that were answered before cost nothing"
