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
