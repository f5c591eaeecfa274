"""How a refusal of this package puts its particulars into sentences."""

from collections.abc import Mapping
from typing import ClassVar

from logs.errors import Language
from policies.words import word

Both = dict[Language, str]


class Told:
    """Sentences in both languages, with the refusal's particulars in the reader's words."""

    said: ClassVar[Both]
    instead: ClassVar[Both]

    def particulars(self, language: Language) -> Mapping[str, str]:
        """What the sentences' blanks are filled with."""
        return {name: word(str(value), language) for name, value in vars(self).items()}

    def detail(self, language: Language) -> str:
        """What was refused, where and why."""
        return self.said[language].format(**self.particulars(language))

    def remedy(self, language: Language) -> str:
        """What to do instead."""
        return self.instead[language].format(**self.particulars(language))
