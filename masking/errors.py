"""What can go wrong with desensitisation rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from logs.errors import Language, Refusal

Both = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a rule document: the place in it, and what, in both languages."""

    place: str
    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Place and fault for readers."""
        return f"{self.place}：{self.zh}" if language == "zh" else f"{self.place}: {self.en}"


class RulesUnreadable(Refusal):
    """A rule document that is not well-formed or lacks a rule it must have; every flaw is named."""

    kind: ClassVar[str] = "rules-unreadable"
    title: ClassVar = {"zh": "脱敏规则文件有误", "en": "The rule document is faulty"}

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(tuple(flaws))
        self.flaws = tuple(flaws)

    def detail(self, language: Language) -> str:
        return ("；" if language == "zh" else "; ").join(flaw.text(language) for flaw in self.flaws)

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "按提示逐处修改后重新提交；可参照随平台提供的默认规则文件。"
        return "Mend each place and hand it in again; the default document that comes with the platform is a model."


class RuleUnknown(Refusal):
    """There is no rule document of that id."""

    kind: ClassVar[str] = "rule-unknown"
    title: ClassVar = {"zh": "没有该规则文件", "en": "There is no such rule document"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id

    def detail(self, language: Language) -> str:
        return f"没有编号为 {self.id} 的规则文件。" if language == "zh" else f"There is no rule document {self.id}."

    def remedy(self, language: Language) -> str:
        return "请核对编号。" if language == "zh" else "Check the id."


class RuleMoveImpossible(Refusal):
    """The move does not start from the state the rule document is in; `possible` are those that do."""

    kind: ClassVar[str] = "rule-move-impossible"
    title: ClassVar = {"zh": "规则文件当前状态不允许此操作", "en": "Not possible in the rule document's state"}

    def __init__(self, id: str, state: str, move: str, possible: Sequence[str]) -> None:
        super().__init__(id, state, move, tuple(possible))
        self.id = id
        self.state = state
        self.move = move
        self.possible = tuple(possible)

    def detail(self, language: Language) -> str:
        state, move = _WORDS[self.state][language], _WORDS[self.move][language]
        if language == "zh":
            return f"规则文件 {self.id} 的状态为“{state}”，不能“{move}”。"
        return f"The rule document {self.id} is {state}; it cannot be {move}."

    def remedy(self, language: Language) -> str:
        words = ("、" if language == "zh" else ", ").join(_WORDS[move][language] for move in self.possible)
        if language == "zh":
            return f"此时可以：{words or '无'}。"
        return f"It can be: {words or 'left as it is'}."


class RuleNotTheirs(Refusal):
    """The party may not do this with rule documents: drafting, approving and putting in force are divided by law."""

    kind: ClassVar[str] = "rule-not-theirs"
    title: ClassVar = {"zh": "无权办理规则文件的这一步", "en": "Not this party's step for a rule document"}

    def __init__(self, role: str, move: str, roles: Sequence[str]) -> None:
        super().__init__(role, move, tuple(roles))
        self.role = role
        self.move = move
        self.roles = tuple(roles)

    def detail(self, language: Language) -> str:
        move, roles = _WORDS[self.move][language], ", ".join(self.roles)
        if language == "zh":
            return f"规则文件由 {roles} {move}，不由 {self.role}（开发办法第十三条）。"
        return f"A rule document is {move} by {roles}, not by {self.role} (Measure, Article 13)."

    def remedy(self, language: Language) -> str:
        return "请由有权的一方办理。" if language == "zh" else "Ask the party whose step it is."


class RuleChanged(Refusal):
    """Somebody else changed the rule document meanwhile; nothing was written."""

    kind: ClassVar[str] = "rule-changed"
    title: ClassVar = {"zh": "规则文件已被他人更改", "en": "The rule document was changed meanwhile"}

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id

    def detail(self, language: Language) -> str:
        if language == "zh":
            return f"规则文件 {self.id} 已有同名版次或已被更改，本次未写入。"
        return f"The rule document {self.id} is there already or has changed; nothing was written."

    def remedy(self, language: Language) -> str:
        return "请重新读取后再试。" if language == "zh" else "Read it again and retry."


class NoRuleInForce(Refusal):
    """No desensitisation rules are in force, so nothing may be shown under them."""

    kind: ClassVar[str] = "no-rule-in-force"
    title: ClassVar = {"zh": "没有生效的脱敏规则", "en": "No desensitisation rules are in force"}

    def remedy(self, language: Language) -> str:
        if language == "zh":
            return "请起草脱敏规则并报主管部门批准后生效（开发办法第十三条）。"
        return "Draft rules, have the bureau approve them and put them in force (Measure, Article 13)."


_WORDS: Mapping[str, Both] = {
    "drafted": {"zh": "已起草", "en": "drafted"},
    "approved": {"zh": "已批准", "en": "approved"},
    "in_force": {"zh": "生效中", "en": "in force"},
    "superseded": {"zh": "已被取代", "en": "superseded"},
    "draft": {"zh": "起草", "en": "drafted"},
    "approve": {"zh": "批准", "en": "approved"},
    "take_effect": {"zh": "使之生效", "en": "put in force"},
    "supersede": {"zh": "取代", "en": "superseded"},
}
