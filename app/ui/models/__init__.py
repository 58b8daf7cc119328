"""What the panes show, as Qt models and as plain values: no painting here."""
