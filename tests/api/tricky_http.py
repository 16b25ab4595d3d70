"""Requests of the wrong kind, by the wrong way, or in what is no HTTP at all."""

from typing import Final

from tests.api.serving import HEADERS, post, post_bytes
from tests.api.tricky import GOOD, GRAPHQL, MANY, Tricky

POST: Final = b"POST /graphql HTTP/1.1"
HEAD_LINES: Final = (POST, *HEADERS.strip().split(b"\r\n"), GRAPHQL.strip())


def header(name: str, content_type: bytes, content: bytes = b"{}", status: int = 415) -> Tricky:
    """A POST of another kind."""
    head = b"Host: shop.test\r\n%s%sContent-Length: %d\r\n" % (GRAPHQL, content_type, len(content))
    return Tricky(name, b"POST /graphql HTTP/1.1\r\n%s\r\n%s" % (head, content), status)


def url(
    name: str,
    target: bytes,
    status: int = 400,
    method: bytes = b"GET",
    code: str = "BAD_REQUEST",
) -> Tricky:
    """A request for this target."""
    head = b"%s %s HTTP/1.1\r\nHost: shop.test\r\n%s\r\n"
    return Tricky(name, head % (method, target, GRAPHQL), status, code)


def wire(name: str, *lines: bytes, status: int = 400) -> Tricky:
    """Lines of HTTP, well formed or not."""
    return Tricky(name, b"\r\n".join(lines), status)


REQUESTS: Final = (
    # Wrong kinds
    header("no content type", b""),
    header("plain text", b"Content-Type: text/plain\r\n", GOOD),
    header("a form", b"Content-Type: application/x-www-form-urlencoded\r\n", b"query={__typename}"),
    header("a form in parts", b"Content-Type: multipart/form-data; boundary=x\r\n", b"--x--\r\n"),
    header("a document alone", b"Content-Type: application/graphql\r\n", b"{ __typename }"),
    header("another alphabet", b"Content-Type: application/json; charset=utf-16\r\n", GOOD),
    header(
        "a compressed body", b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n", GOOD
    ),
    header("a kind that is only marks", b"Content-Type: ;;;=,\r\n"),
    header("a kind of 7,000 letters", b"Content-Type: %s\r\n" % (b"a" * 7_000)),
    header("a kind in bytes", b"Content-Type: \xff\xfe\r\n"),
    Tricky("an answer in pictures", post_bytes(GOOD, b"Accept: image/png\r\n"), 406),
    # Other ways in
    url("no query", b"/graphql"),
    url("an empty query", b"/graphql?query="),
    url("a mutation", b"/graphql?query=mutation%7Bcategories%7Bid%7D%7D"),
    url("a mutation that is one", b"/graphql?query=mutation{sessionRevoke{userErrors{code}}}", 405),
    url("bytes that are no UTF-8", b"/graphql?query=%7B__typename%7D%23%ff"),
    url("a NUL in the query", b"/graphql?query=%7B__typename%00%7D"),
    url("a query given twice in a URL", b"/graphql?query={__typename}&query={shop{name}}"),
    url("variables that are no JSON", b"/graphql?query={__typename}&variables=%7B"),
    url("variables that are a list", b"/graphql?query={__typename}&variables=[]"),
    url("variables of 1,000 levels", b"/graphql?query={__typename}&variables=" + b"[" * 2_000),
    url(
        "a surrogate in variables",
        b"/graphql?query={__typename}&variables={%22a%22:%22%5Cud800%22}",
    ),
    url("a NUL in the path", b"/graphql%00", 404, code=""),
    url("a path that climbs", b"/graphql/../../etc/passwd", 404, code=""),
    url("a path of bytes", b"/%ff%fe", 404, code=""),
    url("raw bytes in the path", b"/\xff\xfe"),
    url("a blank in the path", b"/graph ql"),
    url("no path", b"graphql"),
    url("a host without a path", b"http://shop.test"),
    url("a host without a path, and a query", b"http://shop.test?query={__typename}"),
    url("a host that is none", b"http://[::1/graphql"),
    url("a path at another host", b"http://example.com/graphql?query={__typename}", 200, code=""),
    url("all there is", b"*", 404, b"OPTIONS", code=""),
    *(
        url(f"{method.decode()}", b"/graphql", 405, method)
        for method in (b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"PROPFIND")
    ),
    url("CONNECT", b"shop.test:443", 405, b"CONNECT"),
    url("a method of our own", b"/graphql", 400, b"BREW"),
    # HTTP that is none, or is two things at once
    wire("nonsense", b"hello", b"", b""),
    wire("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"", b""),
    wire("HTTP/2 without asking", b"PRI * HTTP/2.0", b"", b"SM", b"", b""),
    wire("HTTP/3 in words", b"GET /graphql HTTP/3.0", b"Host: a", b"", b""),
    wire(
        "a length and chunks",
        *HEAD_LINES,
        b"Content-Length: 4",
        b"Transfer-Encoding: chunked",
        b"",
        b"0",
        b"",
        b"",
    ),
    wire(
        "chunks and a length",
        *HEAD_LINES,
        b"Transfer-Encoding: chunked",
        b"Content-Length: 4",
        b"",
        b"0",
        b"",
        b"",
    ),
    wire("two lengths", *HEAD_LINES, b"Content-Length: 2", b"Content-Length: 3", b"", b"{}"),
    wire("a list of lengths", *HEAD_LINES, b"Content-Length: 2, 2", b"", b"{}"),
    wire("a length below nothing", *HEAD_LINES, b"Content-Length: -1", b"", b"{}"),
    wire("a length with a sign", *HEAD_LINES, b"Content-Length: +2", b"", b"{}"),
    wire("a length in letters", *HEAD_LINES, b"Content-Length: two", b"", b"{}"),
    wire("a length of 5,000 digits", *HEAD_LINES, b"Content-Length: " + MANY.encode(), b"", b"{}"),
    wire("a length of 2^64", *HEAD_LINES, b"Content-Length: 18446744073709551616", b"", b"{}"),
    wire("chunks in disguise", *HEAD_LINES, b"Transfer-Encoding: xchunked", b"", b"0", b"", b""),
    wire(
        "chunks that are not last",
        *HEAD_LINES,
        b"Transfer-Encoding: chunked, gzip",
        b"",
        b"0",
        b"",
        b"",
    ),
    wire(
        "compressed chunks", *HEAD_LINES, b"Transfer-Encoding: gzip, chunked", b"", b"0", b"", b""
    ),
    wire("a chunk without a size", *HEAD_LINES, b"Transfer-Encoding: chunked", b"", b"x", b"", b""),
    wire(
        "a chunk of a size below nothing",
        *HEAD_LINES,
        b"Transfer-Encoding: chunked",
        b"",
        b"-1",
        b"",
        b"",
    ),
    wire(
        "a chunk too large to count",
        *HEAD_LINES,
        b"Transfer-Encoding: chunked",
        b"",
        b"f" * 17,
        b"",
        b"",
    ),
    wire(
        "a chunk that is longer than it says",
        *HEAD_LINES,
        b"Transfer-Encoding: chunked",
        b"",
        b"1",
        b"{}{}",
        b"0",
        b"",
        b"",
    ),
    wire("a header without a name", b"GET /graphql HTTP/1.1", b"Host: a", b": a", b"", b""),
    wire("a header without a colon", b"GET /graphql HTTP/1.1", b"Host: a", b"abc", b"", b""),
    wire(
        "a blank before the colon",
        b"GET /graphql HTTP/1.1",
        b"Host: a",
        b"Content-Length : 5",
        b"",
        b"",
    ),
    wire("a folded header", b"GET /graphql HTTP/1.1", b"Host: a", b"X-A: b", b" c", b"", b""),
    wire("a NUL in a header", b"GET /graphql HTTP/1.1", b"Host: a", b"X-A: \0", b"", b""),
    wire("a NUL in a name", b"GET /graphql HTTP/1.1", b"Host: a", b"X\0A: a", b"", b""),
    wire("a line that ends in LF", b"GET /graphql HTTP/1.1\nHost: a\nX-A: b", b"", b""),
    wire("a CR inside a header", b"GET /graphql HTTP/1.1", b"Host: a", b"X-A: b\rX-B: c", b"", b""),
    wire("no host", b"GET /graphql HTTP/1.1", b"", b""),
    wire("two hosts", b"GET /graphql HTTP/1.1", b"Host: a", b"Host: b", b"", b""),
    # Headers that we read
    *(
        Tricky(
            f"{name.decode()} of {what}",
            post("{ __typename }", GRAPHQL, b"%s: %s\r\n" % (name, value)),
            status,
            code,
        )
        for name, status, code in (
            (b"Authorization", 401, "UNAUTHENTICATED"),
            (b"Guest-Token", 401, "UNAUTHENTICATED"),
            (b"X-Request-Id", 200, ""),
            (b"Origin", 200, ""),
            (b"X-Forwarded-For", 200, ""),
            (b"Cookie", 200, ""),
            (b"If-None-Match", 200, ""),
            (b"Accept-Encoding", 200, ""),
        )
        for what, value in (
            ("bytes", b"\xff\xfe"),
            ("7,000 letters", b"Bearer " + b"a" * 6_990),
            ("marks", b",;=\"'()"),
        )
    ),
)
