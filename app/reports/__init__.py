"""Documents: the state of an incident in, the bytes of a page out."""
