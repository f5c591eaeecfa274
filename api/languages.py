"""Which of the two languages a caller reads."""

from logs.errors import Language


def preferred(accept: str | None, *, default: Language) -> Language:
    """The language an `Accept-Language` header prefers among Chinese and English.

    >>> preferred("en-GB,en;q=0.9,zh;q=0.8", default="zh")
    'en'
    >>> preferred("fr, *;q=0.5", default="zh")
    'zh'
    """
    best: tuple[float, Language] = (0.0, default)
    for part in (accept or "").lower().split(","):
        tag, _, rest = part.strip().partition(";")
        language: Language | None = "zh" if tag.startswith("zh") else "en" if tag.startswith("en") else None
        if language and (weight := _weight(rest)) > best[0]:
            best = (weight, language)
    return best[1]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if value.strip().replace(".", "", 1).isdigit() else 0.0
