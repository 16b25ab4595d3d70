"""The bench: its arithmetic, that it runs, and that its floor gives the same answers."""
