"""Keep on record the access rule for non-public data and what agreements bring in by it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "sandbox_access_rule",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_access_rule")),
        comment="Access rules for non-public data: drafted, approved by the bureau, in force, superseded",
    )
    op.create_table(
        "sandbox_own_file",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("held", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_own_file")),
        comment="Files that agreements brought in; `held` is the name while their rows lie on the platform",
    )
    op.create_index("uq_sandbox_own_file_held", "sandbox_own_file", ["agreement", "held"], unique=True)
    op.create_index(
        op.f("ix_sandbox_own_file_state_brought_at"), "sandbox_own_file", ["state", "brought_at"], unique=False
    )


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_sandbox_own_file_state_brought_at"), table_name="sandbox_own_file")
    op.drop_index("uq_sandbox_own_file_held", table_name="sandbox_own_file")
    op.drop_table("sandbox_own_file")
    op.drop_table("sandbox_access_rule")
