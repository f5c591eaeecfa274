"""What a column or a piece of text was recognised as, and on what evidence."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value identifies or gives away. On the same span the kind named first wins."""

    RESIDENT_ID = "resident_id"
    USCC = "uscc"
    PASSPORT = "passport"
    PERMIT = "permit"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    MOBILE = "mobile"
    LANDLINE = "landline"
    PLATE = "plate"
    MAC = "mac"
    IP = "ip"
    COORDINATE = "coordinate"
    ADDRESS = "address"
    ORGANISATION_NAME = "organisation_name"
    PERSON_NAME = "person_name"
    BIRTH_DATE = "birth_date"
    FREE_TEXT = "free_text"  # running text that mentions any of the above

    def label(self, language: str) -> str:
        """Its name for readers, Chinese unless English is asked for."""
        chinese, english = _TITLES[self]
        return english if language == "en" else chinese


_TITLES = {
    Kind.RESIDENT_ID: ("公民身份号码", "resident ID number"),
    Kind.USCC: ("统一社会信用代码", "unified social credit code"),
    Kind.PASSPORT: ("护照号码", "passport number"),
    Kind.PERMIT: ("出入境通行证号码", "exit-entry permit number"),
    Kind.BANK_CARD: ("银行卡号", "bank card number"),
    Kind.EMAIL: ("电子邮箱", "e-mail address"),
    Kind.MOBILE: ("手机号码", "mobile number"),
    Kind.LANDLINE: ("固定电话", "landline number"),
    Kind.PLATE: ("机动车号牌", "vehicle plate"),
    Kind.MAC: ("MAC 地址", "MAC address"),
    Kind.IP: ("IP 地址", "IP address"),
    Kind.COORDINATE: ("地理坐标", "coordinates"),
    Kind.ADDRESS: ("地址", "address"),
    Kind.ORGANISATION_NAME: ("组织名称", "name of an organisation"),
    Kind.PERSON_NAME: ("姓名", "name of a person"),
    Kind.BIRTH_DATE: ("出生日期", "date of birth"),
    Kind.FREE_TEXT: ("含个人信息的文本", "text that mentions identifiers"),
}

IDENTIFIERS = frozenset(Kind) - {Kind.COORDINATE, Kind.BIRTH_DATE, Kind.FREE_TEXT}
"""Kinds whose values single out or reach somebody by themselves, and stand as text."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text, `text[start:end]`, taken for a kind by a rule, with a score of 0 to 1."""

    kind: Kind
    start: int
    end: int
    score: float
    rule: str

    @property
    def length(self) -> int:
        """How many characters it spans."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many of the cells looked at a rule holds for. Counts and a rule's name, never a value."""

    rule: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a column holds: `None` for nothing known; how sure (0 to 1); the share of distinct values that show it."""

    kind: Kind | None
    confidence: float
    share: float
    evidence: tuple[Evidence, ...]

    @property
    def identifier(self) -> Kind | None:
        """The kind where it identifies by itself: what a catalog's column says it holds."""
        return self.kind if self.kind in IDENTIFIERS else None

    @property
    def mentions(self) -> frozenset[Kind]:
        """The kinds found inside running text."""
        inside = (item.rule.removeprefix(MENTIONED) for item in self.evidence if item.rule.startswith(MENTIONED))
        return frozenset(map(Kind, inside))


MENTIONED = "mentioned."
"""What the rules of `Evidence` about running text begin with; the kind follows."""
