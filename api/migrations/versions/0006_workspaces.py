"""Keep on record what agreements keep inside the domain."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "sandbox_workspace_table",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("held", sa.String(length=80), nullable=True),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_workspace_table")),
        comment="Tables that agreements keep inside the domain; `held` is the name while the table stands",
    )
    op.create_index("uq_sandbox_workspace_table_held", "sandbox_workspace_table", ["agreement", "held"], unique=True)


def downgrade() -> None:
    """Back."""
    op.drop_index("uq_sandbox_workspace_table_held", table_name="sandbox_workspace_table")
    op.drop_table("sandbox_workspace_table")
