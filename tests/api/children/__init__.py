"""Processes for a supervisor to look after, each with a behavior of its own."""
