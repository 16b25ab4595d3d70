"""What a browser shows at /graphql."""

import html
from typing import Final

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tradepost</title>
<h1>Tradepost</h1>
<p>This is the address of the GraphQL API. Send it a query, for example:</p>
<pre>{curl}</pre>
<p>The schema is at <a href="/schema.graphql">/schema.graphql</a>,
the state of the server at <a href="/health">/health</a>.</p>
</html>
"""


def page(url: str) -> bytes:
    """Print the page for the endpoint at ``url``."""
    query = '{"query": "{ shop { name } products(first: 3) { nodes { title } } }"}'
    curl = f"curl {url} -H 'content-type: application/json' -d '{query}'"
    return _PAGE.format(curl=html.escape(curl)).encode()
