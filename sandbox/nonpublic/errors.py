"""What can go wrong on the way of non-public data into the domain."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from logs.errors import Language, Refusal
from policies.errors import Flawed
from policies.flaws import Flaw

Both = dict[Language, str]


class NoAccessRule(Refusal):
    """Somebody brings non-public data while no access rule is in force (Article 14)."""

    kind: ClassVar[str] = "no-access-rule-in-force"
    title: ClassVar[Both] = {
        "zh": "没有生效的非公共数据接入规则",
        "en": "No access rule for non-public data is in force",
    }

    def remedy(self, language: Language) -> str:
        """Who makes one."""
        if language == "zh":
            return "由运营方起草、主管部门批准后生效"
        return "the operator drafts one and the bureau approves it"


class FileBeyondRule(Flawed, Refusal):
    """A file is not what the access rule allows; every point is named."""

    kind: ClassVar[str] = "file-beyond-rule"
    title: ClassVar[Both] = {"zh": "文件不符合接入规则", "en": "The file is not what the access rule allows"}

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(tuple(flaws))
        self.flaws = tuple(flaws)


class FileUnreadable(Refusal):
    """A file cannot be read as a table, or took more than its reading may; told without its values."""

    kind: ClassVar[str] = "file-unreadable"
    title: ClassVar[Both] = {"zh": "文件无法读取", "en": "The file cannot be read"}

    def __init__(self, what: Mapping[Language, str], instead: Mapping[Language, str]) -> None:
        super().__init__(what["en"])
        self.what = what
        self.instead = instead

    def detail(self, language: Language) -> str:
        """Where and why."""
        return self.what[language]

    def remedy(self, language: Language) -> str:
        """What to change."""
        return self.instead[language]


class FileTaken(Refusal):
    """The agreement has a file of that name."""

    kind: ClassVar[str] = "file-taken"
    title: ClassVar[Both] = {"zh": "已有同名文件", "en": "The agreement has a file of that name"}

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def detail(self, language: Language) -> str:
        """Which name."""
        return self.name

    def remedy(self, language: Language) -> str:
        """Another name, or the old one goes first."""
        return (
            "换一个名称，或先撤回原文件" if language == "zh" else "take another name, or withdraw the other file first"
        )
