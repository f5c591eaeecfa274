"""Keep the tree over the log with the chain's end, and the receipts that receivers sign."""

import sqlalchemy as sa
from alembic import op

import logs.adapters.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("event_head", sa.Column("hash", sa.String(length=16), server_default="sha256", nullable=False))
    op.add_column("event_head", sa.Column("tree", sa.Text(), server_default="0:", nullable=False))
    op.create_table(
        "event_receipt",
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("at", logs.adapters.database.Instant(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("receiver", "seq", name=op.f("pk_event_receipt")),
        comment="What receivers signed when they acknowledged",
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("event_receipt")
    op.drop_column("event_head", "tree")
    op.drop_column("event_head", "hash")
