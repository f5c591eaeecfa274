"""Which SQL the developer asks of whatever the agreement grants: lawful, refused, and with small cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from catalog.model import Column, Resource, Use

DIMENSIONS = (Use.GROUP, Use.FILTER)


@dataclass(frozen=True, slots=True)
class Question:
    """SQL to send, and what it is to show."""

    sql: str
    zh: str
    en: str


def answered(resources: Sequence[Resource]) -> Iterator[Question]:
    """A grouped count with a mean on each protected table, the most talkative first."""
    for resource in protected(resources):
        keys, figures = _with(resource, Use.GROUP), _with(resource, Use.AGGREGATE)
        if not keys:
            continue
        key = _likeliest(keys)
        mean = f", round(avg({_q(figures[-1])})) AS mean_{figures[-1].name}" if figures else ""
        yield Question(
            f"SELECT {_q(key)}, count(*) AS n{mean}\nFROM {_t(resource)}\nGROUP BY {_q(key)}\nORDER BY n DESC",
            f"{resource.title}：按{key.title}统计",
            f"{resource.title_en or resource.name} by {key.title_en or key.name}",
        )


def with_small_cells(resources: Sequence[Resource]) -> Question | None:
    """Cells so fine that some hold too few people: they come back hidden."""
    for resource in protected(resources):
        keys = list(islice(_finest(_with(resource, Use.GROUP)), 3))
        if len(keys) >= 2:  # noqa: PLR2004 - one key seldom makes small cells
            listed = ", ".join(map(_q, keys))
            return Question(
                f"SELECT {listed}, count(*) AS n\nFROM {_t(resource)}\nGROUP BY {listed}\nORDER BY {listed}",
                "交叉得很细：人数不足的单元格被隐藏",
                "crossed finely: cells with too few people are hidden",
            )
    return None


def refused(resources: Sequence[Resource]) -> Iterator[Question]:
    """What no agreement opens: a raw row, an identifier, a file, a second statement, a column not granted."""
    found = list(protected(resources))
    if found:
        resource = found[0]
        yield Question(f"SELECT *\nFROM {_t(resource)}\nLIMIT 1", "读取一行原始数据", "read one raw row")
        if resource.privacy_unit is not None:
            unit, keys = resource.column(resource.privacy_unit), _with(resource, Use.GROUP)
            beside = f", {_q(keys[0])}" if keys else ""
            yield Question(
                f"SELECT substr({_q(unit)}, 1, 17) AS who{beside}, count(*) AS n\nFROM {_t(resource)}\nGROUP BY ALL",
                "把标识符截短后当作分组",
                "group by a shortened identifier",
            )
    yield Question("SELECT * FROM read_csv('/etc/passwd')", "读取服务器上的文件", "read a file of the server")
    yield Question("SELECT 1; DROP TABLE person", "一次发送两条语句", "send two statements at once")


def protected(resources: Sequence[Resource]) -> Iterator[Resource]:
    """Resources about somebody, `person` first, then the bikes, then the rest."""
    first: Mapping[str, int] = {"person": 0, "bike_ride_end": 1, "enterprise": 2}
    kept = [resource for resource in resources if resource.privacy_unit is not None]
    return iter(sorted(kept, key=lambda resource: first.get(resource.name, 3)))


def _with(resource: Resource, use: Use) -> list[Column]:
    return [column for column in resource.columns if use in column.uses and Use.JOIN not in column.uses]


def _likeliest(keys: Sequence[Column]) -> Column:
    """A dimension that people ask for first: the district, the road, the day, else the first."""
    wanted = ("district", "ride_date", "nearest_road")
    return min(keys, key=lambda key: wanted.index(key.name) if key.name in wanted else len(wanted))


def _finest(keys: Sequence[Column]) -> Iterator[Column]:
    """Dimensions with many values first: numbers, roads and industries before yes and no."""
    coarse = ("gender", "is_inside", "lock_status", "ride_hour", "update_time")
    return iter(sorted(keys, key=lambda key: key.name in coarse))


def _q(column: Column) -> str:
    return column.name if column.name.isascii() and column.name.isidentifier() else f'"{column.name}"'


def _t(resource: Resource) -> str:
    return resource.name
