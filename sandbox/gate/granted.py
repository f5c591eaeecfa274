"""The world a query may see: the annex's resources and columns, and nothing besides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.model import ColumnType, Resource, Use, Version
from masking.techniques import Suppress, Technique
from policies.annex import Annex
from sandbox.plan import Nature

SUPPRESSED = Suppress()


@dataclass(frozen=True, slots=True)
class GrantedColumn:
    """A column of the annex with the uses allowed on it."""

    name: str
    type: ColumnType
    uses: frozenset[Use]
    bounds: tuple[float, float] | None = None
    refers: str | None = None  # the unit kind this column identifies: the resource's own, or a linked one
    technique: Technique = SUPPRESSED  # what a column granted `masked` is seen through


@dataclass(frozen=True, slots=True)
class GrantedResource:
    """A resource of the annex. `unit_kind` is `None` for an open one; resources about the same people share a kind."""

    name: str
    columns: Mapping[str, GrantedColumn]
    privacy_unit: str | None = None
    unit_kind: str | None = None
    unit_unique: bool = False
    unit_rows: bool = False  # each row knows in how many rows its unit stands

    @property
    def open(self) -> bool:
        """Whether its rows are about nobody in particular (普遍开放)."""
        return self.privacy_unit is None

    def technique(self, name: str) -> Technique | None:
        """What a column is seen through; `None` where it is seen as it is.

        An identifier of protected rows is never seen at all, so that `masked` changes nothing for it.
        """
        column = self.columns[name.lower()]
        if Use.MASKED not in column.uses or (not self.open and column.refers is not None):
            return None
        return column.technique


@dataclass(frozen=True, slots=True)
class GrantedTable:
    """A table of the agreement's workspace: the statement that made it, and for the engine the name of what it holds.

    A protected one holds nothing: it is its definition, read anew each time.
    """

    name: str
    relation: str
    definition: str
    nature: Nature


@dataclass(frozen=True, slots=True)
class GrantedFile:
    """The agreement's own accepted file (Article 14), `relation` for the engine; its rows are the caller's own."""

    name: str
    relation: str
    columns: tuple[tuple[str, ColumnType], ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """All that the agreement in force opens, by lower-cased name: resources (`person`), tables of its workspace
    (`ws.x`), files of its own (`own.y`)."""

    resources: Mapping[str, GrantedResource] = field(default_factory=dict)
    tables: Mapping[str, GrantedTable] = field(default_factory=dict)
    files: Mapping[str, GrantedFile] = field(default_factory=dict)

    def nobodys(self, relation: str) -> bool:
        """Whether a stored relation, by its name for the engine, holds rows about nobody in particular."""
        resource = self.resources.get(relation.lower())
        if resource is not None:
            return resource.open
        kept = {table.relation for table in self.tables.values() if table.nature is not Nature.PROTECTED}
        return relation in kept | {file.relation for file in self.files.values()}


def unit_kind(resource: Resource) -> str | None:
    """The kind of a resource's privacy unit, shared by all resources that identify their units alike.

    Persons are identified by ID number and organisations by social credit code (Sharing Measure, Article 10), so two
    resources with such units speak of the same people; any other unit is the resource's own.
    """
    if resource.privacy_unit is None:
        return None
    kind = resource.column(resource.privacy_unit).kind
    return kind if kind in SHARED_KINDS else f"{resource.name}"


NO_TECHNIQUES: Mapping[str, Mapping[str, Technique]] = {}
SHARED_KINDS = frozenset({"resident_id", "uscc"})


def granted_by(
    annex: Annex,
    resources: Mapping[str, Resource],
    versions: Mapping[str, Version],
    techniques: Mapping[str, Mapping[str, Technique]] = NO_TECHNIQUES,
) -> Granted:
    """The annex's grants joined with what the catalog knows of them; all mappings are keyed by resource id.

    `techniques` says for each column what it is seen through where it is granted `masked`; one it does not name is
    suppressed.
    """
    opened = {}
    for grant in annex.grants:
        resource, version = resources[grant.resource], versions[grant.resource]
        refers = {link.column: kind_of(link.resource, resources) for link in resource.links}
        own = unit_kind(resource)
        if resource.privacy_unit is not None:
            refers[resource.privacy_unit] = own
        columns = {
            name.lower(): GrantedColumn(
                name=name,
                type=resource.column(name).type,
                uses=uses,
                bounds=resource.column(name).bounds,
                refers=refers.get(name),
                technique=techniques.get(grant.resource, {}).get(name, SUPPRESSED),
            )
            for name, uses in grant.columns.items()
            if uses
        }
        opened[resource.name.lower()] = GrantedResource(
            name=resource.name,
            columns=columns,
            privacy_unit=resource.privacy_unit,
            unit_kind=own,
            unit_unique=version.unit_unique,
            unit_rows=version.most_rows is not None,
        )
    return Granted(opened)


def kind_of(name: str, resources: Mapping[str, Resource]) -> str | None:
    """The unit kind of the resource of that name; `None` when it is open or unknown."""
    for resource in resources.values():
        if name in (resource.name, resource.id):
            return unit_kind(resource)
    return None
