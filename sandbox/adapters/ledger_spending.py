"""What agreements have spent of their budgets, in the platform's database."""

from sqlalchemy import BigInteger, Column, Connection, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from logs.adapters.database import metadata
from sandbox.budget import Account

spending = Table(
    "sandbox_spending",
    metadata,
    Column("agreement", String(64), primary_key=True),
    Column("resource", String(255), primary_key=True),
    Column("span", String(16), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    comment="Budgets: queries of an agreement (no resource named) and cells taken out of a resource, by span",
)


class SpendingTable:
    """Spending on one connection (`sandbox.budget.Spending`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: Account, span: str, amount: int) -> int:
        """Add to what an account spent in a span; the new total. The row is held until the transaction ends."""
        place = {"agreement": account.agreement, "resource": account.resource, "span": span}
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        adding = insert(spending).values(amount=amount, **place)
        total = spending.c.amount + adding.excluded.amount
        adding = adding.on_conflict_do_update(index_elements=list(place), set_={"amount": total})
        return int(self._connection.execute(adding.returning(spending.c.amount)).scalar_one())

    def spent(self, account: Account, span: str) -> int:
        """What an account spent in a span."""
        same = (spending.c.agreement == account.agreement) & (spending.c.resource == account.resource)
        found = self._connection.execute(select(spending.c.amount).where(same, spending.c.span == span))
        return int(found.scalar_one_or_none() or 0)
