"""Which column refers to which resource, N:1: what is declared holds, the rest is measured on arrival."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.declared import DeclaredResource, Note
from catalog.errors import LinkUntrue
from catalog.model import Column, ColumnType, Link, Resource, Use

CONTAINED = 0.95
"""Least share of a column's distinct values that stand in the other one for a reference to be inferred."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that might refer to a unique column (`target`) of another resource."""

    resource: str
    column: str
    other: str
    target: str


def possible(resources: Sequence[Resource], unique: frozenset[tuple[str, str]]) -> tuple[Reference, ...]:
    """The references worth measuring; `unique` holds (resource, column) pairs whose values stand in one row each."""
    return tuple(
        Reference(resource.name, column.name, other.name, target.name)
        for resource in resources
        for column in resource.columns
        for other in resources
        if other.name != resource.name
        for target in _targets(other, unique)
        if _alike(column, target)
    )


def _targets(resource: Resource, unique: frozenset[tuple[str, str]]) -> tuple[Column, ...]:
    columns = resource.columns if resource.privacy_unit is None else (resource.column(resource.privacy_unit),)
    return tuple(column for column in columns if (resource.name, column.name) in unique)


def _alike(column: Column, target: Column) -> bool:
    if column.type is not target.type or column.derived is not None:
        return False
    return column.type is ColumnType.TEXT or (column.type is ColumnType.INTEGER and column.name == target.name)


def relate(
    resources: Sequence[Resource],
    declared: Mapping[str, DeclaredResource],
    *,
    contained: Mapping[Reference, float],
    unique: frozenset[tuple[str, str]],
) -> tuple[tuple[Resource, ...], tuple[Note, ...]]:
    """The resources with their links, and a note for each that was inferred. Raises `LinkUntrue`.

    A column that refers to a privacy unit takes its kind, and may be joined where no uses were declared for it.
    """
    by_name = {resource.name: resource for resource in resources}
    related, notes = [], []
    for resource in resources:
        said = declared[resource.name]
        links = [_declared(resource, link, by_name, unique) for link in said.links or ()]
        taken = {link.column for link in links}
        best: dict[tuple[str, str], tuple[bool, float, Reference]] = {}
        for reference, share in contained.items():
            if reference.resource == resource.name and share >= CONTAINED and reference.column not in taken:
                place = (reference.column, reference.other)
                rank = (reference.column == reference.target, share, reference)
                best[place] = max(best.get(place, rank), rank, key=lambda found: found[:2])
        for _, share, reference in best.values():
            links.append(Link(reference.column, reference.other, reference.target))
            notes.append(_note(reference, share))
        related.append(_linked(resource, tuple(links), said, by_name))
    return tuple(related), tuple(notes)


def _declared(
    resource: Resource, link: Link, by_name: Mapping[str, Resource], unique: frozenset[tuple[str, str]]
) -> Link:
    column, other, target = link.column.lower(), link.resource.lower(), link.target.lower()
    if (other, target) not in unique or column not in {known.name for known in resource.columns}:
        raise LinkUntrue(resource.name, link.column, f"{link.resource}.{link.target}")
    if by_name[other].privacy_unit not in (None, target):
        raise LinkUntrue(resource.name, link.column, f"{link.resource}.{link.target}")
    return Link(column, other, target)


def _linked(
    resource: Resource, links: tuple[Link, ...], said: DeclaredResource, by_name: Mapping[str, Resource]
) -> Resource:
    units = {
        link.column: by_name[link.resource].column(link.target)
        for link in links
        if by_name[link.resource].privacy_unit == link.target
    }
    columns = []
    for column in resource.columns:
        changed = column
        if column.name in units and column.name != resource.privacy_unit:
            changed = replace(changed, kind=units[column.name].kind)
            if said.column(column.name).uses is None:
                changed = replace(changed, uses=frozenset({Use.JOIN}), bounds=None)
        columns.append(changed)
    return replace(resource, columns=tuple(columns), links=links)


def _note(reference: Reference, share: float) -> Note:
    target = f"{reference.other}.{reference.target}"
    return Note(
        reference.resource,
        reference.column,
        f"关联推断为 {target}（{share:.1%} 的取值在其中）",
        f"taken to refer to {target} ({share:.1%} of its values stand there)",
    )
