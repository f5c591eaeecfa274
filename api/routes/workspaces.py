"""An agreement's workspace: what it keeps inside the domain, listed and deleted. Tables are made by queries."""

from fastapi import APIRouter

from api.calls import At, By, Call, In
from api.schemas.common import problems
from api.schemas.workspaces import TableTold, WorkspaceTold
from policies import service
from policies.denials import NotAParty, NotPermitted
from policies.errors import NoSuch, NotInForce
from policies.model import AgreementId
from sandbox.errors import TableNeeded
from sandbox.stopping import end_table
from sandbox.workspaces import see_workspace

router = APIRouter(route_class=Call, tags=["工作区 workspace"], prefix="/agreements/{id}/workspace")


@router.get("", summary="工作区 / the workspace", responses={**problems(NotPermitted, NoSuch)})
def get_workspace(house: In, by: By, at: At, id: str) -> WorkspaceTold:
    """The tables that an agreement keeps and how much of its quota they take.

    表由查询建立：`POST /queries`，`CREATE TABLE ws.名称 AS SELECT …`；协议终止或到期即全部删除。
    """
    service.view_agreement(house.begin, AgreementId(id), by=by, at=at)
    return WorkspaceTold.of(see_workspace(house.domain, id, by=by))


@router.delete(
    "/{name}",
    summary="删除工作区表 / delete a table",
    responses={**problems(NotPermitted, NotAParty, NoSuch, NotInForce, TableNeeded)},
)
def delete_workspace_table(house: In, by: By, at: At, id: str, name: str) -> TableTold:
    """Delete a table for good; its file is gone when this answers, and queries that read it are stopped."""
    full = name.lower() if name.lower().startswith("ws.") else f"ws.{name.lower()}"
    return TableTold.of(end_table(house.domain, id, full, by=by, at=at))
