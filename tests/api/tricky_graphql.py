"""Bodies that are no JSON, documents that are no GraphQL, values that are none."""

import json
from typing import Any, Final

import orjson

from tests.api.tricky import GOOD, MANY, Tricky, body


def asking(name: str, query: str, variables: Any = None, **expected: Any) -> Tricky:
    """A POST of this document, with variables."""
    form = {"query": query, "variables": variables}
    return body(name, json.dumps(form, allow_nan=True), **expected)


def typename(operation_name: str) -> bytes:
    return orjson.dumps({"query": "{ __typename }", "operationName": operation_name})


NODE: Final = "query($id: ID!) { node(id: $id) { id } }"
SEARCH: Final = "query($q: String) { products(query: $q, first: 1) { nodes { id } } }"
FIRST: Final = "query($n: Int) { products(first: $n) { nodes { id } } }"
CART: Final = """
    mutation($key: String, $id: ID!) {
      cartCreate(idempotencyKey: $key, lines: [{variantId: $id, quantity: 1}]) {
        userErrors { code path }
      }
    }
"""
SIGN_IN: Final = """
    mutation($email: String!, $password: String!) {
      sessionCreate(email: $email, password: $password) { userErrors { code path } }
    }
"""
OK: Final[dict[str, Any]] = {"status": 200, "code": ""}
EXPENSIVE: Final[dict[str, Any]] = {"code": "QUERY_TOO_EXPENSIVE"}


def deep(open_: str, close: str, times: int) -> str:
    return open_ * times + close * times


def variables(text: str) -> str:
    """A body whose variables are this text."""
    return f'{{"query": "query($v: String) {{ __typename }}", "variables": {text}}}'


DOCUMENTS: Final = (
    # What is no JSON, or not the JSON that was asked for
    body("an empty body", b""),
    body("a body of blanks", b" \n "),
    body("a body with a BOM", b"\xef\xbb\xbf" + GOOD),
    body("a body in UTF-16", GOOD.decode().encode("utf-16")),
    body("a body in Latin-1", '{"query": "{ __typename } # \xe4"}'.encode("latin-1")),
    body("overlong UTF-8", b'{"query": "{ __typename } # \xc0\xaf"}'),
    body("a surrogate in UTF-8", b'{"query": "{ __typename } # \xed\xa0\x80"}'),
    body("half a character", b'{"query": "{ __typename } # \xe2\x82"}'),
    body("a lone surrogate, escaped", r'{"query": "{ __typename } # \ud800"}'),
    body("a lone surrogate in a variable", variables(r'{"v": "\udfff"}')),
    body("a lone surrogate in a key", variables(r'{"\ud800": 1}')),
    body("a raw NUL in a string", b'{"query": "{ __typename } # \0"}'),
    body("a raw NUL behind the body", GOOD + b"\0"),
    body("two bodies in one", GOOD + GOOD),
    body("a body in quotes", b"'" + GOOD + b"'"),
    body("a comma too many", b'{"query": "{ __typename }",}'),
    body("NaN", variables('{"v": NaN}')),
    body("Infinity", variables('{"v": -Infinity}')),
    body("JSON of 10,000 levels", variables(deep('{"a":', "}", 10_000).replace("{}", '{"a":1}'))),
    body("lists of 10,000 levels", variables(deep("[", "]", 10_000))),
    body("lists of 40,000 levels that never close", "[" * 40_000),
    *(
        body(f"the body {text}", text)
        for text in ("null", "true", "7", "-0", "1e999", '""', '"text"', "[]", "[null]", "{}", MANY)
    ),
    body("a batch", b"[" + GOOD + b"]"),
    *(
        body(f"the query {text}", f'{{"query": {text}}}')
        for text in ("null", "7", "true", "[]", "{}", '""', '" "', f"[{MANY}]")
    ),
    body("1,000 levels in disguise", variables(r'{"\u0076":' + deep("[", "]", 1_000) + "}")),
    body("a list in disguise", rb'["\u0061"]'),
    body("a text in disguise", rb'"\u0061"'),
    body("a query given twice", GOOD[:-1] + b', "query": "{ shop { name } }"}'),
    body("a query given twice in disguise", GOOD[:-1] + rb', "qu\u0065ry": "{ shop { name } }"}'),
    *(
        body(f"{name} {text}", f'{{"query": "{{ __typename }}", "{name}": {text}}}')
        for name, texts in {
            "variables": ("7", "[]", '"{}"', "true"),
            "operationName": ("7", "[]", "{}", "true"),
            "extensions": ("7", "[]", '"{}"', "true", '{"persistedQuery": 7}'),
        }.items()
        for text in texts
    ),
    # What is no GraphQL, or none of ours
    asking("no document", "hello"),
    asking("a NUL in a document", "{ __typename \0 }"),
    asking("a lone brace", "{"),
    asking("a BOM in a document", "\ufeff{ __typename }", **OK),
    asking("a string that never ends", '{ category(slug: "'),
    asking("a bad escape", r'{ category(slug: "\x") { id } }'),
    asking("half a surrogate pair", r'{ category(slug: "\ud83d") { id } }'),
    asking("a field of 10,000 letters", "{ " + "a" * 10_000 + " }"),
    asking("Unicode for a name", "{ \u540d }"),
    asking("two operations, no name", "query A { __typename } query B { __typename }"),
    asking("two operations of one name", "query A { __typename } query A { __typename }"),
    asking("only a fragment", "fragment A on Query { __typename }"),
    asking("a type definition", "type Query { a: Int }"),
    asking(
        "fragments in a circle",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    ),
    asking("10,000 braces", "{ a " * 4_000),
    asking("10,000 brackets", "{ nodes(ids: " + "[" * 1_900),
    asking("a type of 1,900 brackets", "query($a: " + "[" * 1_900 + ") { __typename }"),
    asking("a list of 900 levels", "{ nodes(ids: " + deep("[", "]", 900) + ") { id } }"),
    asking(
        "an object of 300 levels",
        "{ product(by: " + deep("{id:", "}", 300).replace(":}", ":1}") + ") { id } }",
    ),
    asking("a subscription as a query", "subscription { viewer { id } }"),
    body("an operation that is not there", typename("Other")),
    body("an operation of another alphabet", typename("\u540d\u524d")),
    body("an operation with a NUL", typename("A\0")),
    body("an operation of 50,000 letters", typename("A" * 50_000)),
    # Values that are none
    asking(
        "an integer of 5,000 digits",
        f"{{ products(first: {MANY}) {{ nodes {{ id }} }} }}",
        **EXPENSIVE,
    ),
    asking(
        "a float of 5,000 digits",
        f"{{ products(first: {MANY}.5) {{ nodes {{ id }} }} }}",
        **EXPENSIVE,
    ),
    asking("a float out of this world", "{ products(first: 1e999999) { nodes { id } } }"),
    asking("an ID of 5,000 digits", f"{{ node(id: {MANY}) {{ id }} }}", **EXPENSIVE),
    asking(
        "a default of 5,000 digits",
        f"query($n: Int = {MANY}) {{ products(first: $n) {{ nodes {{ id }} }} }}",
        **EXPENSIVE,
    ),
    body(
        "5,000 digits in a variable",
        orjson.dumps({"query": FIRST}).decode()[:-1] + f', "variables": {{"n": {MANY}}}}}',
    ),
    body(
        "5,000 digits for an ID",
        orjson.dumps({"query": NODE}).decode()[:-1] + f', "variables": {{"id": {MANY}}}}}',
    ),
    asking("a number over 32 bits", FIRST, {"n": 2**31}),
    asking("a number over 64 bits", FIRST, {"n": 2**64}),
    asking("a fraction for an Int", FIRST, {"n": 1.5}),
    asking("a list for an Int", FIRST, {"n": [[[[1]]]]}),
    asking("an object for a string", SEARCH, {"q": {"a": 1}}),
    asking("an object for an ID", NODE, {"id": {}}),
    asking("no ID at all", NODE, {}),
    asking(
        "null for an ID that has a default",
        'query($id: ID = "x") { node(id: $id) { id } }',
        {"id": None},
        status=200,
    ),
    asking("null in a literal", "{ node(id: null) { id } }"),
    asking("variables that nobody asked for", "{ __typename }", {"a": {"b": [1, None]}}, **OK),
    asking("variables of 90 KB", SEARCH, {"q": "a " * 45_000}, **OK),
    asking("variables of 100 levels", SEARCH, {"q": json.loads(deep("[", "]", 100))}),
    asking(
        "1,000 variables",
        "query(" + "$v: Int " * 650 + ") { __typename }",
        **EXPENSIVE,
    ),
    # NUL, and other characters that a database or a log may trip over
    asking("a NUL in an id", NODE, {"id": "prod_\0"}, **OK),
    asking("a NUL in an id, written out", r'{ node(id: "prod_\u0000") { id } }', **OK),
    asking("a NUL in a search", SEARCH, {"q": "lan\0tern"}, **OK),
    asking(
        "a NUL in a search, written out",
        r'{ products(query: "\u0000", first: 1) { nodes { id } } }',
        **OK,
    ),
    asking("a NUL in a slug", r'{ category(slug: "a\u0000b") { id } }', **OK),
    asking("a NUL in a cursor", r'{ products(after: "\u0000") { nodes { id } } }', **OK),
    asking("a NUL in a SKU", r'{ product(by: {slug: "\u0000"}) { id } }', **OK),
    asking("a NUL in a key", CART, {"key": "k\0ey", "id": "var_\0"}, **OK),
    asking("a NUL in a password", SIGN_IN, {"email": "a@b.test", "password": "\0"}, **OK),
    asking("a NUL in an email", SIGN_IN, {"email": "a\0@b.test", "password": "x" * 12}, **OK),
    asking(
        "only marks in a search", SEARCH, {"q": "'\"\\%_&|!():*-<>\u200b\u202e\U0001f600"}, **OK
    ),
    asking("a search of one quote", SEARCH, {"q": '"'}, **OK),
    asking(
        "an email of another kind", SIGN_IN, {"email": "\U0001f600" * 500, "password": "x"}, **OK
    ),
)
