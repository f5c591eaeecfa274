"""Why the gate refuses: one value a reason, each with its place in the SQL and what to do instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from logs.errors import Language

Text = Mapping[Language, str]


@dataclass(frozen=True)
class Reason:
    """One rule broken.

    `rule` is the rule's stable kebab-case id. `line` and `column` count from 1; `None` where the whole text is meant.
    `subject` is the column or function as the caller wrote it. `allowed` are the uses the annex allows on it.
    `instead` is the nearest lawful form, empty when there is none.
    """

    rule: str
    what: Text
    line: int | None = None
    column: int | None = None
    subject: str | None = None
    allowed: tuple[str, ...] = ()
    instead: Text = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        """The reason as one line: place, what is wrong.

        >>> Reason("one-statement", {"zh": "只能有一条语句", "en": "one statement"}, line=2, column=1).sentence("en")
        'line 2, column 1: one statement'
        """
        if self.line is None:
            return self.what[language]
        if language == "zh":
            return f"第 {self.line} 行第 {self.column or 1} 列：{self.what['zh']}"
        return f"line {self.line}, column {self.column or 1}: {self.what['en']}"
