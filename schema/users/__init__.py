"""People as clients see them: users, their addresses and sessions, and who did a thing."""
