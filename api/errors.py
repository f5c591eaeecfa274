"""What can go wrong at the edge: tokens, requests, the state folder, the way a program is started."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from logs.errors import Language, Refusal


class TokenMissing(Refusal):
    """The call carries no token."""

    kind: ClassVar[str] = "token-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "缺少访问令牌", "en": "No access token"}

    def remedy(self, language: Language) -> str:
        """Send one."""
        return {
            "zh": "请在请求头中写明 Authorization: Bearer <令牌>。",
            "en": "Send the header Authorization: Bearer <token>.",
        }[language]


class TokenUnknown(Refusal):
    """No such token was ever issued here."""

    kind: ClassVar[str] = "token-unknown"
    title: ClassVar[dict[Language, str]] = {"zh": "访问令牌不被识别", "en": "The access token is not known"}

    def remedy(self, language: Language) -> str:
        """Compare it with what was handed out."""
        return {
            "zh": "请核对令牌是否完整、是否属于本平台；必要时请平台运营方重新签发。",
            "en": "Check that the token is whole and belongs to this platform, or ask the operator for a new one.",
        }[language]


class TokenExpired(Refusal):
    """The token was right once; its time is over."""

    kind: ClassVar[str] = "token-expired"
    title: ClassVar[dict[Language, str]] = {"zh": "访问令牌已过期", "en": "The access token has expired"}

    def __init__(self, expired_at: datetime) -> None:
        self.expired_at = expired_at
        super().__init__(expired_at)

    def detail(self, language: Language) -> str:
        """Since when."""
        at = self.expired_at.isoformat(timespec="seconds")
        return {"zh": f"该令牌已于 {at} 过期。", "en": f"The token expired at {at}."}[language]

    def remedy(self, language: Language) -> str:
        """Get another."""
        return {
            "zh": "请平台运营方重新签发（python -m api token）。",
            "en": "Ask the operator for a new one (python -m api token).",
        }[language]


class TokenRevoked(TokenExpired):
    """The token was taken back before its time."""

    kind: ClassVar[str] = "token-revoked"
    title: ClassVar[dict[Language, str]] = {"zh": "访问令牌已被收回", "en": "The access token was revoked"}

    def detail(self, language: Language) -> str:
        """Since when."""
        at = self.expired_at.isoformat(timespec="seconds")
        return {"zh": f"该令牌已于 {at} 被收回。", "en": f"The token was revoked at {at}."}[language]


class BodyTooLarge(Refusal):
    """The request is larger than such a call may be."""

    kind: ClassVar[str] = "body-too-large"
    title: ClassVar[dict[Language, str]] = {"zh": "请求内容过大", "en": "The request is too large"}

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)

    def detail(self, language: Language) -> str:
        """How much it may be."""
        limit = f"{self.limit / 1024:,.0f} KiB"
        return {"zh": f"此类请求最多 {limit}。", "en": f"A call of this kind may carry {limit} at most."}[language]

    def remedy(self, language: Language) -> str:
        """Shorten it."""
        return {
            "zh": "请缩短 SQL（常见原因是很长的取值清单），或拆成几次请求；数据文件请用数据接入接口上传。",
            "en": "Shorten the SQL (long lists of values are the usual cause) or split it; files have their own call.",
        }[language]


class LengthMissing(Refusal):
    """An upload does not say how large it is."""

    kind: ClassVar[str] = "length-missing"
    title: ClassVar[dict[Language, str]] = {"zh": "上传未说明大小", "en": "The upload does not say its size"}

    def remedy(self, language: Language) -> str:
        """Say it."""
        return {"zh": "请带上 Content-Length 请求头。", "en": "Send the header Content-Length."}[language]


FAULTS: dict[str, dict[Language, str]] = {
    "missing": {"zh": "缺少此项", "en": "is missing"},
    "extra_forbidden": {"zh": "没有这一项", "en": "is not a field of this call"},
    "json_invalid": {"zh": "不是有效的 JSON", "en": "is not valid JSON"},
    "json_type": {"zh": "不是有效的 JSON", "en": "is not valid JSON"},
    "string_type": {"zh": "应为文字", "en": "must be text"},
    "string_too_short": {"zh": "太短或为空", "en": "is too short or empty"},
    "string_too_long": {"zh": "太长", "en": "is too long"},
    "string_pattern_mismatch": {"zh": "写法不符", "en": "is not written as asked"},
    "enum": {"zh": "不在可选范围内", "en": "is none of the choices"},
    "literal_error": {"zh": "不在可选范围内", "en": "is none of the choices"},
    "list_type": {"zh": "应为列表", "en": "must be a list"},
    "dict_type": {"zh": "应为对象", "en": "must be an object"},
    "model_attributes_type": {"zh": "应为对象", "en": "must be an object"},
    "too_short": {"zh": "至少要有一项", "en": "needs more items"},
    "too_long": {"zh": "项数过多", "en": "has too many items"},
    "int_parsing": {"zh": "应为整数", "en": "must be a whole number"},
    "int_type": {"zh": "应为整数", "en": "must be a whole number"},
    "float_type": {"zh": "应为数字", "en": "must be a number"},
    "bool_type": {"zh": "应为 true 或 false", "en": "must be true or false"},
    "greater_than_equal": {"zh": "太小", "en": "is too small"},
    "less_than_equal": {"zh": "太大", "en": "is too large"},
    "filename_invalid": {"zh": "文件名不可用", "en": "has a file name that cannot be used"},
    "filename_twice": {"zh": "文件名重复", "en": "has a file name that stands twice"},
    "timezone_aware": {"zh": "时间须带时区", "en": "needs a time zone"},
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One place of a request and what is wrong there; `fault` is a stable code, never a value."""

    place: str
    fault: str

    def sentence(self, language: Language) -> str:
        """The place and the fault in words.

        >>> Flaw("body.sql", "missing").sentence("en")
        'body.sql is missing'
        """
        words = FAULTS.get(self.fault, {"zh": f"不符合要求（{self.fault}）", "en": f"is not valid ({self.fault})"})
        return f"{self.place} {words[language]}"


class RequestMalformed(Refusal):
    """The request does not have the shape that the call asks for."""

    kind: ClassVar[str] = "request-malformed"
    title: ClassVar[dict[Language, str]] = {"zh": "请求格式不符", "en": "The request does not have the right shape"}

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        self.flaws = flaws
        super().__init__(flaws)

    def detail(self, language: Language) -> str:
        """Every place and its fault."""
        mark = {"zh": "；", "en": "; "}[language]
        return mark.join(flaw.sentence(language) for flaw in self.flaws) or self.title[language]

    def remedy(self, language: Language) -> str:
        """Where the shape is told."""
        return {"zh": "请对照 /docs 中该接口的示例。", "en": "Compare with the call's example in /docs."}[language]


class NoSuchPath(Refusal):
    """There is nothing at this address."""

    kind: ClassVar[str] = "no-such-path"
    title: ClassVar[dict[Language, str]] = {"zh": "没有这个地址", "en": "There is nothing at this address"}

    def remedy(self, language: Language) -> str:
        """Where the addresses are listed."""
        return {"zh": "全部接口见 /docs。", "en": "Every call is listed at /docs."}[language]


class MethodNotAllowed(Refusal):
    """The address exists, but not for this method."""

    kind: ClassVar[str] = "method-not-allowed"
    title: ClassVar[dict[Language, str]] = {
        "zh": "该地址不支持此方法",
        "en": "This address does not take this method",
    }

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        super().__init__(allowed)

    def remedy(self, language: Language) -> str:
        """The methods it takes."""
        allowed = ", ".join(self.allowed)
        return {"zh": f"可用方法：{allowed}。", "en": f"It takes: {allowed}."}[language]


class NotAcceptable(Refusal):
    """The result cannot be given in any form the caller accepts."""

    kind: ClassVar[str] = "not-acceptable"
    title: ClassVar[dict[Language, str]] = {
        "zh": "没有可接受的结果格式",
        "en": "The result has no form that you accept",
    }

    def __init__(self, offered: tuple[str, ...]) -> None:
        self.offered = offered
        super().__init__(offered)

    def remedy(self, language: Language) -> str:
        """The forms there are."""
        offered = ", ".join(self.offered)
        return {"zh": f"Accept 可取：{offered}。", "en": f"Accept one of: {offered}."}[language]


class MediaTypeUnsupported(Refusal):
    """The body has a media type that this call does not read."""

    kind: ClassVar[str] = "media-type-unsupported"
    title: ClassVar[dict[Language, str]] = {
        "zh": "不支持的内容类型",
        "en": "The body has a media type that this call does not read",
    }

    def __init__(self, offered: tuple[str, ...]) -> None:
        self.offered = offered
        super().__init__(offered)

    def remedy(self, language: Language) -> str:
        """The types it reads."""
        offered = ", ".join(self.offered)
        return {"zh": f"Content-Type 可取：{offered}。", "en": f"Content-Type may be: {offered}."}[language]


class CursorUnknown(Refusal):
    """The cursor was not given out by this list."""

    kind: ClassVar[str] = "cursor-unknown"
    title: ClassVar[dict[Language, str]] = {"zh": "翻页标记无效", "en": "The cursor is not one of this list"}

    def remedy(self, language: Language) -> str:
        """Start over."""
        return {
            "zh": "请原样使用上一页返回的 next，或去掉 cursor 从头开始。",
            "en": "Use `next` of the page before as it is, or leave the cursor out to begin anew.",
        }[language]


class IdempotencyKeyReused(Refusal):
    """The idempotency key stood on a different request before."""

    kind: ClassVar[str] = "idempotency-key-reused"
    title: ClassVar[dict[Language, str]] = {
        "zh": "幂等键已用于另一请求",
        "en": "The idempotency key stood on another request",
    }

    def remedy(self, language: Language) -> str:
        """A key for each request."""
        return {
            "zh": "每个新请求请使用新的 Idempotency-Key；重试时请求内容须与原来一致。",
            "en": "Give each new request its own Idempotency-Key; a retry must be the same request.",
        }[language]


class IdempotencyKeyBusy(Refusal):
    """The first request with this key has not been answered yet, or was cut off before its answer was kept."""

    kind: ClassVar[str] = "idempotency-key-busy"
    title: ClassVar[dict[Language, str]] = {
        "zh": "同一幂等键的请求尚无结果",
        "en": "The request with this idempotency key has no answer yet",
    }

    def remedy(self, language: Language) -> str:
        """Look before asking again."""
        return {
            "zh": "请稍后重试；若一直如此，请先查看相应列表确认是否已经办成，再用新的键提交。",
            "en": "Try again shortly; if it stays so, look at the list whether it was done before using a new key.",
        }[language]
