"""Keep what agreements have spent of their budgets."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "sandbox_spending",
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.Column("span", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "resource", "span", name=op.f("pk_sandbox_spending")),
        comment="Budgets: queries of an agreement (no resource named) and cells taken out of a resource, by span",
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("sandbox_spending")
