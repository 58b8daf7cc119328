"""What an incident and a plan are: frozen dataclasses, standard library only, no I/O and no clock of its own."""
