"""Seeds that once showed something, told again in every run.

A seed tells the same history only as long as the simulation itself stays the same: what a seed has
found gets a test of its own as well, in words.
"""

from collections.abc import Mapping
from typing import Final

SEEDS: Final[Mapping[int, str]] = {
    19: "the simulation's own: two who waited for stock raced when one COMMIT let both go",
    10: "the simulation's own: who had waited for a lock went on before it was their turn",
}
"""Each with why it is kept."""
