"""All that a query under an agreement may name: what the annex grants, its workspace, its own files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalog.model import ColumnType, Digest, Resource, ResourceId, Version
from policies.annex import Annex
from sandbox.domain import Domain, Holding
from sandbox.gate.granted import Granted, GrantedFile, GrantedTable, granted_by
from sandbox.nonpublic.file import FileState, OwnFile
from sandbox.plan import Nature, Plan
from sandbox.workspace import WorkspaceTable


@dataclass(frozen=True)
class Opened:
    """What may be named, and by its name for the engine the holding behind it.

    `definitions` are the digests of what has no holding of its own; `origins` are what a stored table came from.
    """

    granted: Granted
    holdings: Mapping[str, Holding]
    definitions: Mapping[str, str]
    origins: Mapping[str, tuple[tuple[str, str], ...]]

    def read_by(self, plan: Plan) -> Mapping[str, Holding]:
        """The holdings that a plan reads, by their names for the engine."""
        read = plan.final.resources.union(*(release.statement.resources for release in plan.releases))
        return {name: self.holdings[name] for name in sorted(read)}

    def versions(self, plan: Plan) -> Mapping[str, str]:
        """What a plan reads with its digest: resources, workspace tables, the definitions of protected ones, and what
        the rows of the others came from, so that a stop of it halts their use too (Article 18)."""
        read = {str(held.resource.id): str(held.version.digest) for held in self.read_by(plan).values()}
        read |= {name: digest for name, digest in self.definitions.items() if name in plan.beside}
        return {resource: digest for name in plan.beside for resource, digest in self.origins.get(name, ())} | read


def opened(domain: Domain, agreement: str, annex: Annex) -> Opened:
    """What an agreement in force opens now."""
    held = domain.holdings([grant.resource for grant in annex.grants])
    resources = {str(id): holding.resource for id, holding in held.items()}
    versions = {str(id): holding.version for id, holding in held.items()}
    techniques = {str(id): holding.techniques for id, holding in held.items()}
    with domain.reading() as work:
        tables = tuple(work.workspace.kept(agreement))
        files = tuple(work.own_files.of(agreement, {FileState.ACCEPTED}))
    granted = replace(
        granted_by(annex, resources, versions, techniques),
        tables={
            table.name: GrantedTable(table.name, table.relation, table.definition, table.nature) for table in tables
        },
        files={file.name: GrantedFile(file.name, file.relation, columns_of(file)) for file in files},
    )
    stored = [table for table in tables if table.nature is not Nature.PROTECTED]
    return Opened(
        granted=granted,
        holdings={holding.resource.name: holding for holding in held.values()}
        | {table.relation: beside(domain, table) for table in stored}
        | {file.relation: brought(domain, file) for file in files},
        definitions={table.name: table.digest for table in tables if table not in stored},
        origins={table.name: table.snapshots for table in stored},
    )


def beside(domain: Domain, table: WorkspaceTable) -> Holding:
    """The rows of an open or released table, as the executor reads them: about nobody in particular."""
    id = ResourceId(table.name)
    resource = Resource(id, table.relation, table.name, table.name, "", (), privacy_unit=None)
    version = Version(id, Digest(table.digest), table.rows, table.made_at, unit_unique=False)
    return Holding(resource, version, domain.shelf.path(table.id))


def brought(domain: Domain, file: OwnFile) -> Holding:
    """The rows of an accepted file of the agreement's own, as the executor reads them."""
    id = ResourceId(file.name)
    resource = Resource(id, file.relation, file.declared.title, file.declared.title, "", (), privacy_unit=None)
    digest = Digest(file.scanned.digest)
    version = Version(id, digest, file.scanned.rows, file.brought_at, unit_unique=False)
    return Holding(resource, version, domain.shelf.path(file.id))


def columns_of(file: OwnFile) -> tuple[tuple[str, ColumnType], ...]:
    """The columns that were taken in, with their types."""
    return tuple((column.name, column.type) for column in file.scanned.taken)
