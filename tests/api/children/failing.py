"""A process that ends before it is ready."""

import sys

sys.exit(7)
