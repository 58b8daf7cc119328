"""The one place that knows SQL: the record as it lies on disk, its projections, backups and checks."""
