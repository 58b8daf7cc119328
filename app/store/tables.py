"""The tables of the store, portable between SQLite and PostgreSQL; guards and full text are the dialect's."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# SQLite makes a column the row's own key only when its type is spelt INTEGER.
KEY = BigInteger().with_variant(Integer, "sqlite")

plan = Table(
    "plan",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("id", String(120), nullable=False),
    Column("version", String(60), nullable=False),
    Column("canonical", LargeBinary, nullable=False),
)

incident = Table(
    "incident",
    METADATA,
    Column("key", KEY, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("record", LargeBinary, nullable=False),
    Column("origin", String(400), nullable=False, unique=True),
    Column("plan_hash", String(64), ForeignKey(plan.c.hash), nullable=False),
)

# The number is a label: two laptops may give the same one on one day, so it is neither unique nor in the record's row.
number = Table(
    "incident_number",
    METADATA,
    Column("incident", KEY, ForeignKey(incident.c.key), primary_key=True, autoincrement=False),
    Column("number", String(120), nullable=False, index=True),
)

entry = Table(
    "entry",
    METADATA,
    Column("incident", KEY, ForeignKey(incident.c.key), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False, unique=True),
    Column("prev", LargeBinary(32), nullable=False, unique=True),
    Column("leaf", LargeBinary(32), nullable=False),
    Column("line", LargeBinary, nullable=False),
)

disclosure = Table(
    "disclosure",
    METADATA,
    Column("incident", KEY, ForeignKey(incident.c.key), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(43), primary_key=True),
    Column("d", Text, nullable=False),
)

# `frontier` holds the right-hand edge of the Merkle tree at `size`, so opening a long record hashes nothing again.
checkpoint = Table(
    "checkpoint",
    METADATA,
    Column("incident", KEY, ForeignKey(incident.c.key), primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("sshsigs", Text, nullable=False),
    Column("kept", Boolean, nullable=False),
)

anchor = Table(
    "anchor",
    METADATA,
    Column("incident", KEY, ForeignKey(incident.c.key), primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("token", LargeBinary, nullable=False),
)

commit = Table(
    "commit",
    METADATA,
    Column("n", KEY, primary_key=True, autoincrement=False),
    Column("h", LargeBinary(32), nullable=False),
    Column("incident", KEY, ForeignKey(incident.c.key), nullable=False),
    Column("size", BigInteger, nullable=False),
    UniqueConstraint("incident", "size"),
)

profile = Table(
    "profile",
    METADATA,
    Column("principal", String(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("fingerprint", String(60), nullable=False, unique=True),
    Column("ssh_public", String(200), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("protected", Boolean, nullable=False),
)

organisation = Table(
    "organisation",
    METADATA,
    Column("field", String(120), primary_key=True),
    Column("value", Text, nullable=False),
)

setting = Table(
    "setting",
    METADATA,
    Column("name", String(120), primary_key=True),
    Column("value", Text, nullable=False),
)

# Not part of the record: what is being typed, by incident; the empty id is the form that declares one.
draft = Table(
    "draft",
    METADATA,
    Column("incident", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

card = Table(
    "incident_card",
    METADATA,
    Column("incident_id", String(64), ForeignKey(incident.c.id), primary_key=True),
    Column("number", String(120), nullable=False),
    Column("title", Text, nullable=False),
    Column("plan_id", String(120), nullable=False),
    Column("severity", String(60), nullable=False),
    Column("severity_rank", Integer, nullable=False),
    Column("state", String(120), nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("commander", Text, nullable=False),
    Column("scribe", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("gates_open", Integer, nullable=False),
    Column("clocks_json", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("entry_count", BigInteger, nullable=False),
    Index("ix_incident_card_board", "closed", "severity_rank", "opened_at"),
)

row = Table(
    "timeline_row",
    METADATA,
    Column("key", KEY, primary_key=True, autoincrement=False),
    Column("incident", KEY, ForeignKey(incident.c.key), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("kind", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("original", Text, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("signer", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("starred", Boolean, nullable=False),
    Column("struck", Boolean, nullable=False),
    Column("human", Boolean, nullable=False),
    Column("unsigned", Text, nullable=False),
    UniqueConstraint("incident", "seq"),
)

RECORD = (incident, entry, disclosure, checkpoint, anchor, commit)
"""Tables whose rows are the record: written once."""

PROJECTIONS = (card, row)
"""Tables that can be dropped and folded again from the record."""
