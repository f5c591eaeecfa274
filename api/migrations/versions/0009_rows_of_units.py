"""Keep what is measured of a version besides: the most rows of one unit, which columns hold numbers throughout."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("catalog_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("most_rows", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("clean", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("catalog_version", schema=None) as batch_op:
        batch_op.drop_column("clean")
        batch_op.drop_column("most_rows")
