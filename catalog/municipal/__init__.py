"""The generated municipal data set: people, enterprises, annual reports and open tables; every value synthetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.attributes import Attributes, Condition, Opening, Sharing
from catalog.declared import DeclaredColumn, DeclaredResource
from catalog.geography import DISTRICTS, INDUSTRIES
from catalog.model import ColumnType, Link, Use
from catalog.municipal.enterprises import annual_reports, enterprises
from catalog.municipal.people import people
from catalog.municipal.words import SYNTHETIC

PEOPLE = 200_000
SEED = 20_211_109
AS_OF = date(2026, 1, 1)

NONE: frozenset[Use] = frozenset()
JOIN = frozenset({Use.JOIN})
DIMENSION = frozenset({Use.GROUP, Use.FILTER})
AMOUNT = frozenset({Use.AGGREGATE, Use.FILTER})
OPEN = frozenset({Use.SHOW, Use.GROUP, Use.FILTER, Use.JOIN})
NOTICE = f"{SYNTHETIC}数据：按固定种子生成，不对应任何真实的个人或企业"


@dataclass(frozen=True)
class Generated:
    """A generated resource: what is declared of it, and its cells by column."""

    declared: DeclaredResource
    cells: Mapping[str, Sequence[object]]


def municipal(*, people_count: int = PEOPLE, seed: int = SEED, as_of: date = AS_OF) -> tuple[Generated, ...]:
    """Enterprises, their annual reports, people, districts, streets and industries; the same for the same arguments."""
    register = enterprises(max(40, people_count // 15), seed=seed, until=as_of)
    streets = [(code, name, district.name) for district in DISTRICTS for code, name in district.streets]
    return (
        Generated(ENTERPRISE, register),
        Generated(ENTERPRISE_ANNUAL, annual_reports(register, seed=seed)),
        Generated(PERSON, people(people_count, register, seed=seed, until=as_of)),
        Generated(XIAMEN_DISTRICT, _open([(d.code, d.name, d.side) for d in DISTRICTS], ("code", "name", "side"))),
        Generated(XIAMEN_STREET, _open(streets, ("code", "name", "district"))),
        Generated(INDUSTRY_SECTION, _open(INDUSTRIES, ("code", "name", "sector"))),
    )


def _open(rows: Sequence[tuple[str, ...]], names: tuple[str, ...]) -> Mapping[str, Sequence[object]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _column(
    name: str,
    title: str,
    title_en: str,
    uses: frozenset[Use],
    *,
    type: ColumnType = ColumnType.TEXT,
    kind: str | None = None,
    bounds: tuple[float, float] | None = None,
) -> DeclaredColumn:
    return DeclaredColumn(name, title, title_en, type, uses, kind, bounds)


PERSON = DeclaredResource(
    name="person",
    title="常住人口",
    title_en="Residents",
    provider="市公安局",
    privacy_unit="id_card",
    update_cycle="每月",
    abstract=NOTICE,
    synthetic=True,
    links=(Link("enterprise_uscc", "enterprise", "uscc"),),
    attributes=Attributes(
        code="350200-GA-0001",
        subject="社会民生",
        industry="公共管理、社会保障和社会组织",
        tags=("人口", "就业"),
        format="库表",
        sharing=Sharing.CONDITIONAL,
        sharing_basis="用于履行法定职责",
        opening=Opening.ON_APPLICATION,
        opening_conditions=frozenset({Condition.SCENARIO, Condition.TECHNICAL}),
    ),
    columns=(
        _column("id_card", "身份证号", "Resident ID number", JOIN, kind="resident_id"),
        _column("name", "姓名", "Name", NONE, kind="person_name"),
        _column("phone", "手机号", "Mobile number", NONE, kind="mobile"),
        _column("district", "区", "District", DIMENSION),
        _column("age", "年龄", "Age", DIMENSION | {Use.AGGREGATE}, type=ColumnType.INTEGER, bounds=(0, 100)),
        _column("gender", "性别", "Gender", DIMENSION),
        _column("industry", "行业", "Industry", DIMENSION),
        _column("income", "月收入（元）", "Monthly income (yuan)", AMOUNT, type=ColumnType.DOUBLE, bounds=(0, 50_000)),
        _column("enterprise_uscc", "单位统一社会信用代码", "Employer's social credit code", JOIN, kind="uscc"),
    ),
)
ENTERPRISE = DeclaredResource(
    name="enterprise",
    title="企业登记",
    title_en="Enterprise register",
    provider="市市场监督管理局",
    privacy_unit="uscc",
    update_cycle="每日",
    abstract=NOTICE,
    synthetic=True,
    links=(),
    attributes=Attributes(
        code="350200-SJ-0001",
        subject="市场监管",
        industry="公共管理、社会保障和社会组织",
        tags=("市场主体", "登记"),
        format="库表",
        sharing=Sharing.UNCONDITIONAL,
        opening=Opening.ON_APPLICATION,
        opening_conditions=frozenset({Condition.SCENARIO}),
    ),
    columns=(
        _column("uscc", "统一社会信用代码", "Unified social credit code", JOIN, kind="uscc"),
        _column("ent_name", "企业名称", "Enterprise name", NONE, kind="organisation_name"),
        _column("district", "区", "District", DIMENSION),
        _column("industry", "行业", "Industry", DIMENSION),
        _column(
            "capital",
            "注册资本（万元）",
            "Registered capital (10,000 yuan)",
            AMOUNT,
            type=ColumnType.DOUBLE,
            bounds=(0, 5_000_000),
        ),
        _column("reg_date", "成立日期", "Date of registration", DIMENSION, type=ColumnType.DATE),
    ),
)
ENTERPRISE_ANNUAL = DeclaredResource(
    name="enterprise_annual",
    title="企业年度报告",
    title_en="Annual reports of enterprises",
    provider="市市场监督管理局",
    privacy_unit="uscc",
    update_cycle="每年",
    abstract=NOTICE,
    synthetic=True,
    links=(Link("uscc", "enterprise", "uscc"),),
    attributes=Attributes(
        code="350200-SJ-0002",
        subject="市场监管",
        industry="公共管理、社会保障和社会组织",
        tags=("市场主体", "年报"),
        format="库表",
        sharing=Sharing.CONDITIONAL,
        sharing_basis="用于履行法定职责",
        opening=Opening.ON_APPLICATION,
        opening_conditions=frozenset({Condition.SCENARIO}),
    ),
    columns=(
        _column("uscc", "统一社会信用代码", "Unified social credit code", JOIN, kind="uscc"),
        _column("year", "报告年度", "Year", DIMENSION, type=ColumnType.INTEGER),
        _column(
            "revenue",
            "营业收入（万元）",
            "Revenue (10,000 yuan)",
            AMOUNT,
            type=ColumnType.DOUBLE,
            bounds=(0, 5_000_000),
        ),
        _column("tax", "纳税总额（万元）", "Tax (10,000 yuan)", AMOUNT, type=ColumnType.DOUBLE, bounds=(0, 200_000)),
        _column("employees", "从业人数", "Employees", AMOUNT, type=ColumnType.INTEGER, bounds=(0, 20_000)),
    ),
)
XIAMEN_DISTRICT = DeclaredResource(
    name="xiamen_district",
    title="行政区划",
    title_en="Districts of Xiamen",
    provider="市民政局",
    privacy_unit=False,
    update_cycle="不定期",
    abstract="厦门市六区的名称、区划代码与岛内外归属",
    attributes=Attributes(
        code="350200-MZ-0001", subject="地理空间", tags=("区划",), format="库表", sharing=Sharing.UNCONDITIONAL
    ),
    columns=(
        _column("code", "区划代码", "Division code", OPEN),
        _column("name", "区名", "District", OPEN),
        _column("side", "岛内岛外", "On or off the island", OPEN),
    ),
)
XIAMEN_STREET = DeclaredResource(
    name="xiamen_street",
    title="街道和镇",
    title_en="Streets and towns of Xiamen",
    provider="市民政局",
    privacy_unit=False,
    update_cycle="不定期",
    abstract="厦门市各街道、镇的名称与代码",
    attributes=Attributes(
        code="350200-MZ-0002", subject="地理空间", tags=("区划",), format="库表", sharing=Sharing.UNCONDITIONAL
    ),
    columns=(
        _column("code", "街道代码", "Street code", OPEN),
        _column("name", "街道", "Street", OPEN),
        _column("district", "区", "District", OPEN),
    ),
)
INDUSTRY_SECTION = DeclaredResource(
    name="industry_section",
    title="国民经济行业门类",
    title_en="Sections of the industrial classification",
    provider="市统计局",
    privacy_unit=False,
    update_cycle="不定期",
    abstract="GB/T 4754-2017 的二十个门类及所属产业",
    attributes=Attributes(
        code="350200-TJ-0001", subject="统计服务", tags=("标准",), format="库表", sharing=Sharing.UNCONDITIONAL
    ),
    columns=(
        _column("code", "门类代码", "Section", OPEN),
        _column("name", "门类名称", "Name", OPEN),
        _column("sector", "产业", "Sector", OPEN),
    ),
)
