"""The dialogs; each opens without blocking and gives back a frozen dataclass."""
