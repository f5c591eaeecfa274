"""What is owed by when, reminders of it, and where an organisation wants to be reminded (Article 12)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.common import Listed, problems
from api.schemas.deadlines import ContactAsked, ContactTold, OwedTold, ReminderTold
from policies import service
from policies.denials import NotPermitted
from policies.errors import MaterialFlawed

router = APIRouter(route_class=Call, tags=["办理期限 deadlines"], dependencies=[Depends(idempotency_key)])


@router.get("/deadlines", summary="办理期限 / what is owed", responses={**problems(NotPermitted)})
def get_deadlines(house: In, by: By, at: At) -> list[OwedTold]:
    """Everything owed that concerns one: green, amber in the last day, red once it is over; due first at the top."""
    return [OwedTold.of(owed, at) for owed in service.list_owed(house.begin, by=by, at=at)]


@router.put("/me/contact", summary="设置提醒方式 / where to be reminded", responses={**problems(MaterialFlawed)})
def put_contact(house: In, by: By, at: At, asked: ContactAsked) -> ContactTold:
    """Say where one's organisation wants to be reminded: an e-mail address, an https address, both or neither."""
    contact = service.set_contact(house.begin, email=asked.email, webhook=asked.webhook, by=by, at=at)
    return ContactTold(email=contact.email, webhook=contact.webhook)


@router.get("/reminders", summary="提醒列表 / reminders", responses={**problems(NotPermitted)})
def get_reminders(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[ReminderTold]:
    """Reminders to one's organisation, or all for those who oversee, with how often each was tried."""
    found = paged(
        lambda after, most: service.list_reminders(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[ReminderTold.of(reminder) for reminder in found.items], next=found.next)
