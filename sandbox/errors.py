"""What can go wrong between a query and its answer, and between an output and its release."""

from typing import ClassVar

from logs.errors import Language, Refusal
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
