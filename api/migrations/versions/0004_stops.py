"""Keep stops of processing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "stop",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
        comment="Stops of processing where a risk was seen",
    )
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_opened_at_id"), ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_organisation"), ["organisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_state"), ["state"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stop_state"))
        batch_op.drop_index(batch_op.f("ix_stop_organisation"))
        batch_op.drop_index(batch_op.f("ix_stop_opened_at_id"))
        batch_op.drop_index(batch_op.f("ix_stop_due_at"))

    op.drop_table("stop")
