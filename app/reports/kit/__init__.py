"""What every document is set with: letters, ink, pages, tables, charts, moments and the seal."""
