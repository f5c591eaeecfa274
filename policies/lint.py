"""Every flaw of an application's materials at once: before submission as advice, at submission as the rule.

Complete materials (Article 16), a published scenario and listed data (Article 12), uses within the catalog entry's.
"""

from collections.abc import Iterator, Mapping

from catalog.model import Resource, ResourceId
from policies.annex import Grant
from policies.flaws import Flaw
from policies.model.applications import Materials
from policies.model.scenarios import Scenario, ScenarioId, ScenarioState


def flaws_of(
    materials: Materials, *, scenario: Scenario | None, listed: Mapping[ResourceId, Resource]
) -> tuple[Flaw, ...]:
    """All flaws, in the order of Article 16; `listed` are the entries of the development catalog asked for."""
    wanted = materials.scenario
    against = unpublished(scenario, wanted) if wanted else ()
    return (*materials.missing(), *against, *_data_flaws(materials, listed))


def unpublished(scenario: Scenario | None, id: ScenarioId) -> Iterator[Flaw]:
    """The flaw of resting on a scenario that is not published, or no longer."""
    if scenario is None or scenario.state is not ScenarioState.PUBLISHED:
        yield Flaw(
            "scenario-not-published",
            "scenario",
            {"zh": f"应用场景 {id} 未发布", "en": f"scenario {id} is not published"},
            {"zh": "选用应用场景目录中的场景", "en": "choose one of the scenario catalog"},
        )


def _data_flaws(materials: Materials, listed: Mapping[ResourceId, Resource]) -> Iterator[Flaw]:
    seen: set[ResourceId] = set()
    for grant in materials.data:
        if grant.resource in seen:
            yield Flaw(
                "resource-twice",
                f"data.{grant.resource}",
                {"zh": "同一资源列了两次", "en": "the resource stands in the list twice"},
                {"zh": "合并为一项", "en": "merge the two"},
            )
        seen.add(grant.resource)
        resource = listed.get(grant.resource)
        if resource is None:
            yield Flaw(
                "resource-not-listed",
                f"data.{grant.resource}",
                {"zh": "开发数据目录中没有该资源", "en": "the development catalog does not list it"},
                {"zh": "选用目录中的资源，或提出数据需求", "en": "choose a listed one, or demand the data"},
            )
        else:
            yield from _column_flaws(grant, resource)


def _column_flaws(grant: Grant, resource: Resource) -> Iterator[Flaw]:
    allowed = {column.name: column.uses for column in resource.columns}
    for column, wanted in grant.columns.items():
        place = f"data.{grant.resource}.{column}"
        if column not in allowed:
            yield Flaw(
                "column-unknown",
                place,
                {"zh": "该资源没有此信息项", "en": "the resource has no such column"},
                {"zh": "核对信息项名称", "en": "check the name of the column"},
            )
        elif not wanted:
            yield Flaw(
                "use-missing",
                place,
                {"zh": "未写明用途", "en": "no use is stated"},
                {"zh": "写明用途，或去掉该信息项", "en": "state a use, or leave the column out"},
            )
        elif excess := sorted(wanted - allowed[column]):
            uses = ", ".join(sorted(allowed[column]))
            yield Flaw(
                "use-exceeds-entry",
                place,
                {
                    "zh": f"目录不允许的用途：{'、'.join(excess)}",
                    "en": f"uses that the entry does not allow: {', '.join(excess)}",
                },
                {
                    "zh": f"{place} 只可申请：{uses}" if uses else f"去掉 {place}",
                    "en": f"for {place} ask for {uses}" if uses else f"leave {place} out",
                },
            )
