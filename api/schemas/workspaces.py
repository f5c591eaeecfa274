"""A workspace and its tables as the API tells of them."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Told
from sandbox.plan import Nature
from sandbox.workspace import WorkspaceTable
from sandbox.workspaces import Standing


class TableTold(Told):
    """A table of a workspace. Of a protected one, which is its definition alone, there are no rows and no bytes."""

    name: str = Field(examples=["ws.mean_income"])
    protection: str = Field(examples=["released"], description="open, released, protected")
    state: str = Field(examples=["kept"])
    columns: list[str] = Field(examples=[["district", "mean_income"]])
    definition: str = Field(examples=["CREATE TABLE ws.mean_income AS SELECT district, avg(income) AS mean_income …"])
    snapshots: dict[str, str] = Field(examples=[{"person": "9f86d081884c7d65"}])
    rests_on: list[str]
    rows: int | None
    bytes: int
    digest: str
    annex: str
    by: str
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, table: WorkspaceTable) -> "TableTold":
        """The table as it is told."""
        return cls(
            name=table.name,
            protection=table.nature.value,
            state=table.state.value,
            columns=list(table.columns),
            definition=table.definition,
            snapshots=dict(table.snapshots),
            rests_on=list(table.beside),
            rows=None if table.nature is Nature.PROTECTED else table.rows,
            bytes=table.bytes,
            digest=table.digest,
            annex=table.annex,
            by=table.by.id,
            made_at=table.made_at,
            ended_at=table.ended_at,
        )


class WorkspaceTold(Told):
    """An agreement's workspace and its quota."""

    tables: list[TableTold]
    most_tables: int = Field(examples=[20])
    bytes: int = Field(examples=[274432])
    most_bytes: int = Field(examples=[1073741824])

    @classmethod
    def of(cls, standing: Standing) -> "WorkspaceTold":
        """The workspace as it is told."""
        return cls(
            tables=[TableTold.of(table) for table in standing.tables],
            most_tables=standing.quota.tables,
            bytes=standing.bytes,
            most_bytes=standing.quota.bytes,
        )
