"""What a browser shows at /graphql while the explorer is not there."""

import html
from typing import Final

REFRESH_SECONDS: Final = 2
REFRESH_SELDOM_SECONDS: Final = 15

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{refresh}">
<title>Tradepost</title>
<h1>Tradepost</h1>
<p>This is the address of the GraphQL API. Send it a query, for example:</p>
<pre>{curl}</pre>
<p>{state}</p>
{schema}<p>The state of the server is at <a href="/health">/health</a>.</p>
</html>
"""
_SCHEMA: Final = '<p>The schema is at <a href="/schema.graphql">/schema.graphql</a>.</p>\n'
_BEING_BUILT: Final = (
    "The explorer (GraphiQL) is being built, which takes about half a minute; "
    "this page turns into it by itself."
)
_NOT_BUILT: Final = (
    "The explorer (GraphiQL) is not built: <code>tradepost explorer build</code> does it; "
    "this page then turns into it by itself."
)


def page(url: str, *, has_schema: bool, is_being_built: bool, failure: str | None) -> bytes:
    """Print the page for the endpoint at ``url``; ``failure``: why there is no explorer."""
    query = '{"query": "{ shop { name } products(first: 3) { nodes { title } } }"}'
    curl = f"curl {url} -H 'content-type: application/json' -d '{query}'"
    state = _BEING_BUILT if is_being_built else _NOT_BUILT
    if failure and not is_being_built:
        state += f" The last time it failed:</p><pre>{html.escape(failure)}</pre><p>"
    return _PAGE.format(
        curl=html.escape(curl),
        state=state,
        schema=_SCHEMA if has_schema else "",
        refresh=REFRESH_SECONDS if is_being_built else REFRESH_SELDOM_SECONDS,
    ).encode()
