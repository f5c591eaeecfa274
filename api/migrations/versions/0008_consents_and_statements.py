"""Keep consents of data subjects and monthly statements."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("scenario", sa.String(length=64), nullable=False),
        sa.Column("giver", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        comment="Consents of data subjects, by keyed digest",
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_giver"), ["giver"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_opened_at_id"), ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_organisation"), ["organisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_scenario"), ["scenario"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_until"), ["until"], unique=False)

    op.create_table(
        "statement",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("developer", sa.String(length=64), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        comment="What agreements' use came to, by month",
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_agreement"), ["agreement"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_developer"), ["developer"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_opened_at_id"), ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_operator"), ["operator"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_state"), ["state"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statement_state"))
        batch_op.drop_index(batch_op.f("ix_statement_operator"))
        batch_op.drop_index(batch_op.f("ix_statement_opened_at_id"))
        batch_op.drop_index(batch_op.f("ix_statement_developer"))
        batch_op.drop_index(batch_op.f("ix_statement_agreement"))

    op.drop_table("statement")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_until"))
        batch_op.drop_index(batch_op.f("ix_consent_state"))
        batch_op.drop_index(batch_op.f("ix_consent_scenario"))
        batch_op.drop_index(batch_op.f("ix_consent_organisation"))
        batch_op.drop_index(batch_op.f("ix_consent_opened_at_id"))
        batch_op.drop_index(batch_op.f("ix_consent_giver"))

    op.drop_table("consent")
