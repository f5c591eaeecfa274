"""The rules as data, and a finding against one of them."""

from importlib.resources import files
from typing import Any

import yaml

from sandbox.reasons import Reason

RULES: dict[str, dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("rules.yaml").read_text("utf-8"))


class Finding(Exception):
    """A rule of `rules.yaml` broken at a place in the caller's text; collected into the list of reasons."""

    def __init__(
        self,
        rule: str,
        *,
        subject: str = "",
        at: int | None = None,
        line: int | None = None,
        column: int | None = None,
        allowed: tuple[str, ...] = (),
    ) -> None:
        super().__init__(rule)
        self.rule = rule
        self.subject = subject
        self.at = at
        self.line = line
        self.column = column
        self.allowed = allowed

    def reason(self, sql: str) -> Reason:
        """The finding in words, with line and column."""
        words = {"subject": self.subject, "allowed": ", ".join(self.allowed) or "-"}
        entry = RULES[self.rule]
        line, column = self.line, self.column
        if self.at is not None:
            before = sql[: self.at]
            line, column = before.count("\n") + 1, self.at - before.rfind("\n")
        return Reason(
            rule=self.rule,
            what={"zh": entry["zh"].format(**words), "en": entry["en"].format(**words)},
            line=line,
            column=column,
            subject=self.subject or None,
            allowed=self.allowed,
            instead={"zh": entry["instead"]["zh"].format(**words), "en": entry["instead"]["en"].format(**words)},
        )
