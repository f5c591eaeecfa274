"""Names of people and organisations, and addresses, in Chinese text: by surname, suffix and the words beside them."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from masking.contacts import narrow
from masking.model import Kind, Mention

_ROWS = yaml.safe_load(Path(__file__).with_name("surnames.yaml").read_text(encoding="utf-8"))
SINGLE = frozenset(_ROWS["single"]) - {" "}
DOUBLE = frozenset(_ROWS["double"].split())
NOT_NAMES = frozenset(_ROWS["not_names"].split())
"""Surnames of one and of two characters, and common words that begin like a name and are none."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
LONGEST_NAME, LONGEST_DOUBLE, LONGEST_ADDRESS = 3, 4, 40

_ALL_HAN = re.compile(rf"[{HAN}]+")
_TRANSCRIBED = re.compile(rf"[{HAN}]{{1,10}}(?:[·•・][{HAN}]{{1,10}}){{1,3}}")
_PLACE_END = tuple("省市区县镇乡村路街道巷里弄桥站楼院校馆厂店司局部会社所处室科组队业品类型式法性率量费税证书费用险")
_SURNAME = rf"(?:{'|'.join(sorted(DOUBLE))}|[{''.join(sorted(SINGLE))}])"
_CUE = (
    "姓名|联系人|负责人|法定代表人|法人代表|经办人|申请人|当事人|投诉人|举报人|委托人|代理人|监护人|被告人|被告|原告|患者|业主|户主|"
    "收件人|寄件人|驾驶人|车主|本人|员工|职工|学生|家长|居民|村民|市民|租客|房东"
)
FORMS_OF_ADDRESS = (
    *("先生", "女士", "小姐", "同志", "老师", "医生", "教授", "主任", "经理", "局长", "处长", "科长", "同学"),
    *("师傅", "大爷", "大妈", "阿姨", "叔叔", "书记", "院长", "校长", "警官", "法官", "律师"),
)
_AFTER = "|".join(FORMS_OF_ADDRESS)
_OFFICES = re.compile("主任|责任|担任|现任|前任|班主|全科|专家")
_STOP = (
    rf"(?=[^{HAN}]|$|电话|手机|联系|身份|性别|证件|号码|护照|银行|住址|家住|现住|地址|住在|住|家|系|在|于|与|和|及|等|的|来|到|向|从|称|说|"
    rf"因|已|被|是|为|未|致电|反映|申请|办理|投诉|{_AFTER})"
)
_CUED = re.compile(rf"(?:{_CUE})(?:[:： ]{{0,2}}|是|为|叫)(?P<name>{_SURNAME}[{HAN}]{{1,2}}?){_STOP}")
_CALLED = re.compile(
    rf"(?<![{HAN}])(?P<near>{_SURNAME}[{HAN}]{{1,2}}?)(?:{_AFTER})|(?P<far>{_SURNAME}[{HAN}]?)(?:{_AFTER})"
)

_ORGANISATION_END = (
    "有限责任公司|股份有限公司|有限公司|公司|集团|合伙企业|个人独资企业|事务所|研究院|研究所|合作社|经营部|商行|商店|商贸行|工作室|"
    "厂|店|超市|餐厅|酒店|银行|分行|支行|医院|卫生院|诊所|药房|大学|学院|中学|小学|幼儿园|学校|协会|商会|学会|基金会|委员会|管理局|局|中心"
)
_ORGANISATION = re.compile(
    rf"[{HAN}A-Za-z0-9()（）·&\-]{{2,40}}?(?:{_ORGANISATION_END})(?:[(（][{HAN}]{{2,12}}[)）])?(?:[{HAN}]{{2,12}}(?:分公司|支行|分店|分院))?"
)
_ORGANISATION_IN_TEXT = re.compile(rf"[{HAN}()（）]{{4,30}}?(?:有限责任公司|股份有限公司|有限公司|合伙企业)")

_NUMBER = r"[0-9０-９一二三四五六七八九十百零〇]{1,6}"
_STREET = "路|街|大道|巷|弄|里|村|社区|小区|新村|胡同|段|组|镇|道|寨|埔|厝|社|园|苑|花园|城|湾|府|广场"
_HOUSE = re.compile(
    rf"(?:{_STREET})[ ]?{_NUMBER}(?:[-—之]{_NUMBER})?号(?:之[{'一二三四五六七八九十0-9'}]{{1,3}})?"
    rf"(?:[{HAN}]{{0,10}}?{_NUMBER}(?:号楼|栋|幢|座|单元|层|楼|室|房|梯|户)|[-—]?{_NUMBER}室)*"
)
_FLAT = re.compile(rf"(?:{_STREET})[{HAN}]{{0,4}}{_NUMBER}(?:号楼|栋|幢|座)(?:{_NUMBER}(?:单元|层|楼|室|房|梯|户))*")
_BEFORE_ADDRESS = re.compile(
    r".*(?:地址|住址|住所|住在|家住|现住|位于|坐落于|坐落|送至|寄到|寄往|住|于|在|到|至|从|系|为|是)", re.DOTALL
)
_LEFT = re.compile(rf"[{HAN}0-9０-９A-Za-z]*\Z")
_REGIONS = re.compile(
    rf"(?:[{HAN}]{{2,8}}?(?:省|自治区))?[{HAN}]{{2,8}}?(?:市|自治州|盟)(?:[{HAN}]{{1,8}}?[区县旗市])"
    rf"[{HAN}0-9A-Za-z\-—()（）#]{{3,60}}"
)


def person_name(value: str) -> bool:
    """A Chinese person's name: a surname and one or two characters, or a transcribed one with dots.

    >>> person_name("欧阳修"), person_name("思明区"), person_name("高中")
    (True, False, False)
    """
    text = narrow(value).replace(" ", "")
    if _TRANSCRIBED.fullmatch(text):
        return True
    if not _ALL_HAN.fullmatch(text) or text[:2] in NOT_NAMES or text.endswith(_PLACE_END):
        return False
    if text[:2] in DOUBLE:
        return LONGEST_NAME <= len(text) <= LONGEST_DOUBLE or len(text) == LONGEST_NAME - 1
    if text[0] not in SINGLE:
        return False
    two_surnames = len(text) == LONGEST_DOUBLE and text[1] in SINGLE
    return 2 <= len(text) <= LONGEST_NAME or two_surnames  # noqa: PLR2004 a surname and at least one character


def organisation_name(value: str) -> bool:
    """The name of an enterprise or institution by how it ends.

    >>> organisation_name("厦门市某某科技有限公司"), organisation_name("湖滨南路")
    (True, False)
    """
    return _ORGANISATION.fullmatch(narrow(value)) is not None


def address(value: str) -> bool:
    """An address down to a house, or a chain of regions followed by something finer.

    >>> address("厦门市思明区湖滨南路81号"), address("思明区"), address("厦门市思明区")
    (True, False, False)
    """
    text = narrow(value).replace(" ", "")
    if _HOUSE.search(text) or _FLAT.search(text):
        return True
    chain = _REGIONS.match(text)
    return chain is not None and not organisation_name(text)


def names_in(text: str) -> Iterator[Mention]:
    """Names that a word beside them gives away: 联系人张伟, 王女士."""
    for found in _CUED.finditer(text):
        if person_name(found["name"]):
            yield Mention(Kind.PERSON_NAME, *found.span("name"), 0.85, "cue_and_surname")
    for found in _CALLED.finditer(text):
        group = "near" if found["near"] else "far"
        start = found.start(group)
        office = _OFFICES.match(text, max(0, start - 1)) or _OFFICES.match(text, start)
        if office is None and text[start : start + 2] not in NOT_NAMES:
            yield Mention(Kind.PERSON_NAME, *found.span(group), 0.7, "surname_and_form_of_address")


def organisations_in(text: str) -> Iterator[Mention]:
    """Enterprises by their legal form; what comes before the name up to a verb or preposition is cut off."""
    for found in _ORGANISATION_IN_TEXT.finditer(text):
        yield Mention(Kind.ORGANISATION_NAME, found.start(), found.end(), 0.75, "legal_form")


def addresses_in(text: str) -> Iterator[Mention]:
    """Addresses down to a house number or a building, from the first region named before it."""
    for pattern, rule in ((_HOUSE, "house_number"), (_FLAT, "building")):
        for found in pattern.finditer(text):
            window = text[max(0, found.start() - LONGEST_ADDRESS) : found.start()]
            run = _LEFT.search(window)
            left = run[0] if run else ""
            cut = _BEFORE_ADDRESS.match(left)
            start = found.start() - len(left) + (cut.end() if cut else 0)
            yield Mention(Kind.ADDRESS, start, found.end(), 0.8, rule)
