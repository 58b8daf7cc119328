"""Every step from one schema to the next, run by Alembic on a copy of the database."""
