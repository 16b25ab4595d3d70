"""A process whose event loop turns once, and never again."""

import time

from tests.api.children.obedient import line

if __name__ == "__main__":
    line().ready()
    time.sleep(600)
