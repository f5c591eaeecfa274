"""Lay out the control plane."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "access_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_access_token")),
        comment="Access tokens as keyed digests; the text itself is never kept",
    )
    op.create_index(op.f("ix_access_token_person"), "access_token", ["person"], unique=False)
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("scenario", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("developer", sa.String(length=64), nullable=False),
        sa.Column("standing", sa.String(length=64), nullable=True),
        sa.Column("annex", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filing_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("standing", name=op.f("uq_agreement_standing")),
        comment="Agreements with their annex",
    )
    op.create_index(op.f("ix_agreement_annex"), "agreement", ["annex"], unique=False)
    op.create_index(op.f("ix_agreement_developer"), "agreement", ["developer"], unique=False)
    op.create_index(op.f("ix_agreement_ends_at"), "agreement", ["ends_at"], unique=False)
    op.create_index(op.f("ix_agreement_filing_due_at"), "agreement", ["filing_due_at"], unique=False)
    op.create_index(op.f("ix_agreement_opened_at_id"), "agreement", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_agreement_operator"), "agreement", ["operator"], unique=False)
    op.create_index(op.f("ix_agreement_scenario"), "agreement", ["scenario"], unique=False)
    op.create_index(op.f("ix_agreement_state"), "agreement", ["state"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("applicant", sa.String(length=64), nullable=False),
        sa.Column("scenario", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        comment="Applications to develop and use public data",
    )
    op.create_index(op.f("ix_application_applicant"), "application", ["applicant"], unique=False)
    op.create_index(op.f("ix_application_due_at"), "application", ["due_at"], unique=False)
    op.create_index(op.f("ix_application_opened_at_id"), "application", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_application_scenario"), "application", ["scenario"], unique=False)
    op.create_index(op.f("ix_application_state"), "application", ["state"], unique=False)
    op.create_table(
        "catalog_edition",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("compiled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_edition")),
        comment="Editions of the development catalog",
    )
    op.create_table(
        "catalog_entry",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_entry")),
        comment="Resources on record: what is declared, measured, graded and decided",
    )
    op.create_index(op.f("ix_catalog_entry_state"), "catalog_entry", ["state"], unique=False)
    op.create_table(
        "catalog_version",
        sa.Column("resource", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=True),
        sa.Column("unit_unique", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("resource", "digest", name=op.f("pk_catalog_version")),
        comment="Every version that arrived, for the lineage of outputs",
    )
    op.create_table(
        "event_delivery",
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_event_delivery")),
        comment="How far each receiver has acknowledged",
    )
    op.create_table(
        "event_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("checkpoint", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_event_head_single")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_event_head")),
        comment="The end of the chain and its last checkpoint; whoever seals holds this row",
    )
    op.create_table(
        "event_inbox",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event_inbox")),
        sa.UniqueConstraint("id", name=op.f("uq_event_inbox_id")),
        comment="Events committed with their cause and not yet sealed",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_ledger",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event_ledger")),
        sa.UniqueConstraint("seal", name=op.f("uq_event_ledger_seal")),
        comment="Sealed events: one chain, numbered from 1 without a gap",
    )
    op.create_index(op.f("ix_event_ledger_id"), "event_ledger", ["id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("person", "key", name=op.f("pk_idempotency_key")),
        comment="Answers kept for a while, encrypted, so that a repeated request is answered and not done twice",
    )
    op.create_index(op.f("ix_idempotency_key_at"), "idempotency_key", ["at"], unique=False)
    op.create_table(
        "masking_rule",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_by", sa.String(length=200), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.String(length=200), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masking_rule")),
        comment="Desensitisation rule documents: drafted, approved by the bureau, in force, superseded",
    )
    op.create_index(
        "one_in_force",
        "masking_rule",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'in_force'"),
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        comment="Organisations and the roles they hold",
    )
    op.create_index(op.f("ix_organisation_opened_at_id"), "organisation", ["opened_at", "id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        comment="People, each acting for one organisation in one role",
    )
    op.create_index(op.f("ix_person_opened_at_id"), "person", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_person_organisation"), "person", ["organisation"], unique=False)
    op.create_table(
        "qualification",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        comment="Evidence of the safety conditions, by organisation",
    )
    op.create_index(op.f("ix_qualification_opened_at_id"), "qualification", ["opened_at", "id"], unique=False)
    op.create_table(
        "sandbox_output",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("query", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_output")),
        comment="Answers on their way out of the domain, and who decided about them",
    )
    op.create_index(
        op.f("ix_sandbox_output_organisation_asked_at"), "sandbox_output", ["organisation", "asked_at"], unique=False
    )
    op.create_index(op.f("ix_sandbox_output_query"), "sandbox_output", ["query"], unique=False)
    op.create_index(op.f("ix_sandbox_output_reviewer"), "sandbox_output", ["reviewer"], unique=False)
    op.create_table(
        "sandbox_query",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("runner", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("milliseconds", sa.BigInteger(), nullable=True),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_query")),
        comment="Queries: what was asked under which agreement, and how it ended",
    )
    op.create_index(
        op.f("ix_sandbox_query_organisation_received_at"),
        "sandbox_query",
        ["organisation", "received_at"],
        unique=False,
    )
    op.create_index(op.f("ix_sandbox_query_state_keep_until"), "sandbox_query", ["state", "keep_until"], unique=False)
    op.create_table(
        "sandbox_query_resource",
        sa.Column("query", sa.String(length=64), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("query", "resource", name=op.f("pk_sandbox_query_resource")),
        comment="Which resources a query reads, to stop those of one",
    )
    op.create_index(op.f("ix_sandbox_query_resource_resource"), "sandbox_query_resource", ["resource"], unique=False)
    op.create_table(
        "scenario",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("standing", sa.String(length=255), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("standing", name=op.f("uq_scenario_standing")),
        comment="Classes of application scenario",
    )
    op.create_index(op.f("ix_scenario_opened_at_id"), "scenario", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_scenario_state"), "scenario", ["state"], unique=False)


def downgrade() -> None:
    """Back; a table takes its indexes with it."""
    for table in (
        "scenario",
        "sandbox_query_resource",
        "sandbox_query",
        "sandbox_output",
        "qualification",
        "person",
        "organisation",
        "masking_rule",
        "idempotency_key",
        "event_ledger",
        "event_inbox",
        "event_head",
        "event_delivery",
        "catalog_version",
        "catalog_entry",
        "catalog_edition",
        "application",
        "agreement",
        "access_token",
    ):
        op.drop_table(table)
