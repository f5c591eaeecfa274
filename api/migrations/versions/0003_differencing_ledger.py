"""Keep what was released, so that what differs too little from it is found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "sandbox_ledger_head",
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("family", name=op.f("pk_sandbox_ledger_head")),
        comment="How far the differencing ledger of each group of related organisations has come",
    )
    op.create_table(
        "sandbox_ledger",
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=255), nullable=False),
        sa.Column("query", sa.String(length=64), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("keyed", sa.Boolean(), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("family", "position", name=op.f("pk_sandbox_ledger")),
        comment="The differencing ledger: released cells as counts, sums of record keys and marks of what was asked",
    )
    op.create_index(
        op.f("ix_sandbox_ledger_family_kind_position"), "sandbox_ledger", ["family", "kind", "position"], unique=False
    )


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_sandbox_ledger_family_kind_position"), table_name="sandbox_ledger")
    op.drop_table("sandbox_ledger")
    op.drop_table("sandbox_ledger_head")
