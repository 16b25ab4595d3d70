"""A run as a picture: what a request costs each server, as a multiple of the floor's.

The same run gives the same bytes. The colors suit light and dark pages.
"""

from collections.abc import Iterator, Sequence
from math import log10
from typing import Final
from xml.sax.saxutils import escape

from bench.figures import Middle
from bench.queries import QUERIES
from bench.results import FLOOR, Run

_WIDTH: Final = 860
_LEFT: Final = 190
_RIGHT: Final = 150
_TOP: Final = 56
_BAR: Final = 18
_GAP: Final = 6
_BETWEEN: Final = 40
_LEAST, _MOST = 0.5, 100.0
_TICKS: Final = (0.5, 1, 2, 5, 10, 20, 50, 100)
_COLORS: Final = ("#3b82c4", "#7aa9cf", "#c2703d", "#8a8f98", "#6a9955")
_STYLE: Final = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .head { font-weight: 600; }
  .faint { fill: #6e7781; font-size: 12px; }
  line { stroke: #6e7781; stroke-opacity: .25; }
  .floor { stroke-opacity: .9; }
  .spread { stroke: #24292f; stroke-opacity: .8; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    .spread { stroke: #e6edf3; }
  }
"""


def plot(run: Run) -> str:
    """Draw a run."""
    queries = [query for query in run.spells if run.times_floor(query, FLOOR)]
    height = _TOP + sum(_height_of(run, query) for query in queries) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>Server CPU for one request, as a multiple of the floor's</title>",
        f"<style>{_STYLE}</style>",
        _text(10, 20, "Server CPU for one request, as a multiple of the floor's", "head"),
        *_scale(height),
    ]
    top = _TOP
    for query in queries:
        lines += _group(run, query, top)
        top += _height_of(run, query)
    return "\n".join([*lines, "</svg>", ""])


def _others(run: Run, query: str) -> Sequence[str]:
    return [server for server in run.servers(query) if server != FLOOR]


def _height_of(run: Run, query: str) -> int:
    return _BETWEEN + len(_others(run, query)) * (_BAR + _GAP)


def _scale(height: int) -> Iterator[str]:
    for tick in _TICKS:
        kind = ' class="floor"' if tick == 1 else ""
        yield f'<line x1="{_x(tick)}" y1="{_TOP}" x2="{_x(tick)}" y2="{height - 10}"{kind}/>'
        yield _text(_x(tick), _TOP - 8, f"{tick:g}×", "faint", "middle")


def _group(run: Run, query: str, top: int) -> Iterator[str]:
    floor = run.middle(query, FLOOR, "server_us").value
    yield _text(10, top + 24, f"{query}: {QUERIES[query].meaning.replace('`', '')}", "head")
    yield _text(_WIDTH - 10, top + 24, f"floor {floor:,.0f} µs", "faint", "end")
    for place, server in enumerate(_others(run, query)):
        times = run.times_floor(query, server)
        assert times is not None  # noqa: S101 - the floor was asked, or the query is not drawn
        cost = run.middle(query, server, "server_us").value
        y = top + _BETWEEN - 6 + place * (_BAR + _GAP)
        yield from _bar(y, times, _COLORS[place % len(_COLORS)])
        yield _text(_LEFT - 10, y + 13, server, "", "end")
        label = f"{times.value:.1f}× · {cost:,.0f} µs"
        yield _text(max(_x(times.high), _x(1)) + 8, y + 13, label)


def _bar(y: int, times: Middle, color: str) -> Iterator[str]:
    """Draw a bar from the floor to the middle, and the middle half of the rounds over its end."""
    start, end = sorted((_x(1), _x(times.value)))
    width = round(max(end - start, 2), 1)
    yield f'<rect x="{start}" y="{y}" width="{width}" height="{_BAR}" rx="2" fill="{color}"/>'
    low, high, center = _x(times.low), _x(times.high), y + _BAR // 2
    yield f'<line x1="{low}" y1="{center}" x2="{high}" y2="{center}" class="spread"/>'


def _x(times: float) -> float:
    """Place a multiple on the scale, which is logarithmic."""
    bounded = min(max(times, _LEAST), _MOST)
    share = (log10(bounded) - log10(_LEAST)) / (log10(_MOST) - log10(_LEAST))
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    styled = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{styled}>{escape(text)}</text>'
