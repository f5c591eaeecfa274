"""Keep demands, objections, incidents, inspections, orders and requests for source data."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "matter",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noun", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("addressee", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        comment="Demands, objections, incidents, inspections, orders, requests for source data, each on its course",
    )
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_addressee"), ["addressee"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_noun"), ["noun"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_opened_at_id"), ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_organisation"), ["organisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_state"), ["state"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_matter_state"))
        batch_op.drop_index(batch_op.f("ix_matter_organisation"))
        batch_op.drop_index(batch_op.f("ix_matter_opened_at_id"))
        batch_op.drop_index(batch_op.f("ix_matter_noun"))
        batch_op.drop_index(batch_op.f("ix_matter_due_at"))
        batch_op.drop_index(batch_op.f("ix_matter_addressee"))

    op.drop_table("matter")
