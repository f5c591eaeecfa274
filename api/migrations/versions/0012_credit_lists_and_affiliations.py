"""Keep imported credit lists and ownership links."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "affiliation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("owned", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        comment="Who owns or controls whom",
    )
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_affiliation_opened_at_id"), ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_affiliation_owned"), ["owned"], unique=False)
        batch_op.create_index(batch_op.f("ix_affiliation_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_affiliation_state"), ["state"], unique=False)

    op.create_table(
        "credit_list",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_list")),
        comment="Imported lists: the seriously dishonest, incidents",
    )
    with op.batch_alter_table("credit_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_list_opened_at_id"), ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_list_state"), ["state"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("credit_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_list_state"))
        batch_op.drop_index(batch_op.f("ix_credit_list_opened_at_id"))

    op.drop_table("credit_list")
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_affiliation_state"))
        batch_op.drop_index(batch_op.f("ix_affiliation_owner"))
        batch_op.drop_index(batch_op.f("ix_affiliation_owned"))
        batch_op.drop_index(batch_op.f("ix_affiliation_opened_at_id"))

    op.drop_table("affiliation")
