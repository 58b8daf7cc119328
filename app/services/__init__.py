"""What a user can do: one function per verb, shared by window and command line."""
