"""Response plans: reading their folders, checking them, completing them from the base plan, comparing them."""
