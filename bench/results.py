"""What a run found: every round of it, kept as JSON, so that tables and plots can be made anew."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import orjson

from bench.figures import Middle, Spell, middle, ratio

KEPT: Final = Path(__file__).with_name("results.json")
FLOOR: Final = "floor"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the bench."""

    at: str
    command: str
    machine: str
    versions: Mapping[str, str]
    spells: dict[str, dict[str, list[Spell]]] = field(default_factory=dict)
    """By query and server; one of each round."""
    statements: dict[str, dict[str, int]] = field(default_factory=dict)
    """For one request, by query and server."""
    resident_mb: dict[str, float] = field(default_factory=dict)
    """After all rounds, by server."""
    protections: dict[str, dict[str, list[list[float]]]] = field(default_factory=dict)
    """The server's µs for one request with all of them, and at once without one: by query and by
    the one that was taken out, a pair of each round.
    """

    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    """Which part of Tradepost's own time goes to which package, by query."""

    def servers(self, query: str) -> Sequence[str]:
        """Name who was asked a query."""
        return list(self.spells.get(query, {}))

    def middle(self, query: str, server: str, figure: str) -> Middle:
        """Take the middle of a figure over all rounds."""
        return middle([getattr(spell, figure) for spell in self.spells[query][server]])

    def times_floor(self, query: str, server: str) -> Middle | None:
        """Tell what a request costs this server, as a multiple of the floor's."""
        return self.times(query, server, FLOOR)

    def times(self, query: str, server: str, base: str) -> Middle | None:
        """Tell what a request costs this server, as a multiple of what it costs another."""
        both = self.spells.get(query, {})
        if server not in both or base not in both:
            return None
        values, others = ([spell.server_us for spell in both[name]] for name in (server, base))
        return ratio(values, others)

    def kept(self) -> bytes:
        """Print the run as JSON."""
        rounded = asdict(self)
        return orjson.dumps(_rounded(rounded), option=orjson.OPT_INDENT_2) + b"\n"

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Read a run that was kept."""
        found: dict[str, Any] = orjson.loads(text)
        found["spells"] = {
            query: {
                server: [Spell(**spell) for spell in spells] for server, spells in servers.items()
            }
            for query, servers in found["spells"].items()
        }
        return cls(**found)


def _rounded(value: Any) -> Any:
    """Keep four digits: the rest is noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [_rounded(inside) for inside in value]
    return value
