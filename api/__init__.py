"""The door: HTTP in, HTTP out, processes, settings."""
