"""The first schema: the record, its plans and people, and the projections for board and timeline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Creates every table; the dialect puts the guards on afterwards."""
    _people_and_plans()
    _record()
    _projections()


def _people_and_plans() -> None:
    op.create_table(
        "plan",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("version", sa.String(60), nullable=False),
        sa.Column("canonical", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "profile",
        sa.Column("principal", sa.String(200), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(60), nullable=False, unique=True),
        sa.Column("ssh_public", sa.String(200), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("protected", sa.Boolean, nullable=False),
    )
    for name, key in (("organisation", "field"), ("setting", "name")):
        op.create_table(
            name,
            sa.Column(key, sa.String(120), primary_key=True),
            sa.Column("value", sa.Text, nullable=False),
        )
    op.create_table(
        "draft",
        sa.Column("incident", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )


def _record() -> None:
    op.create_table(
        "incident",
        sa.Column("key", KEY, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("origin", sa.String(400), nullable=False, unique=True),
        sa.Column("plan_hash", sa.String(64), sa.ForeignKey("plan.hash"), nullable=False),
    )
    op.create_table(
        "incident_number",
        _of_incident(),
        sa.Column("number", sa.String(120), nullable=False, index=True),
    )
    op.create_table(
        "entry",
        _of_incident(),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("prev", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.Column("line", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "disclosure",
        _of_incident(),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(43), primary_key=True),
        sa.Column("d", sa.Text, nullable=False),
    )
    _seals()


def _seals() -> None:
    op.create_table(
        "checkpoint",
        _of_incident(),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("sshsigs", sa.Text, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
    )
    op.create_table(
        "anchor",
        _of_incident(),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("token", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "commit",
        sa.Column("n", KEY, primary_key=True, autoincrement=False),
        sa.Column("h", sa.LargeBinary(32), nullable=False),
        sa.Column("incident", KEY, sa.ForeignKey("incident.key"), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("incident", "size"),
    )


def _projections() -> None:
    op.create_table(
        "incident_card",
        sa.Column("incident_id", sa.String(64), sa.ForeignKey("incident.id"), primary_key=True),
        sa.Column("number", sa.String(120), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("plan_id", sa.String(120), nullable=False),
        sa.Column("severity", sa.String(60), nullable=False),
        sa.Column("severity_rank", sa.Integer, nullable=False),
        sa.Column("state", sa.String(120), nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("drill", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("commander", sa.Text, nullable=False),
        sa.Column("scribe", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("gates_open", sa.Integer, nullable=False),
        sa.Column("clocks_json", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("entry_count", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_incident_card_board", "incident_card", ["closed", "severity_rank", "opened_at"])
    texts = ("text", "original", "said_by", "recorded_by", "signer", "tags")
    op.create_table(
        "timeline_row",
        sa.Column("key", KEY, primary_key=True, autoincrement=False),
        sa.Column("incident", KEY, sa.ForeignKey("incident.key"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("ts", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(120), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("starred", "struck", "human")),
        sa.Column("unsigned", sa.Text, nullable=False),
        sa.UniqueConstraint("incident", "seq"),
    )


def _of_incident() -> sa.Column[int]:
    return sa.Column("incident", KEY, sa.ForeignKey("incident.key"), primary_key=True, autoincrement=False)
