"""Serve the explorer: its page at /graphql, its files under /explorer/."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

import orjson
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from api.explorer import examples
from api.explorer.building import Build
from api.page import page

_DIRECTIVES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # Monaco writes its styles as it goes
    "font-src": "'self' data:",
    "img-src": "'self' data:",
    "connect-src": "'self'",  # ws and wss to this host are meant too
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
POLICY: Final = "; ".join(f"{name} {sources}" for name, sources in _DIRECTIVES.items())
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""The name of a file holds a hash of its content."""
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
}

router = APIRouter(prefix="/explorer", include_in_schema=False)


class Explorer:
    """The explorer, as far as it is built."""

    def __init__(self, build: Build, *, says_why: bool) -> None:
        self._build = build
        self._says_why = says_why
        self._page: bytes | None = None
        self._assets: dict[str, Path] = {}
        self.examples = orjson.dumps([asdict(example) for example in examples.load()])

    def page(self, request: Request) -> Response:
        """Answer a browser at the endpoint: with GraphiQL, or with why it is not there yet."""
        if self._page is None and self._build.is_done:
            self._page = (self._build.folder / "index.html").read_bytes()
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        if self._page is not None:
            return HTMLResponse(self._page, headers=headers | {"Content-Security-Policy": POLICY})
        url = str(request.url.replace(query="", fragment=""))
        shown = page(
            url,
            has_schema=request.app.state.settings.introspection,
            is_being_built=self._build.is_under_way,
            failure=self._build.failure if self._says_why else None,
        )
        return HTMLResponse(shown, headers=headers)

    def asset(self, name: str) -> Path | None:
        """Return the file of this name: one of those that the build made, and never another."""
        if not self._assets and self._build.is_done:
            self._assets = {path.name: path for path in (self._build.folder / "assets").iterdir()}
        return self._assets.get(name)


@router.get("/examples.json")
async def get_examples(request: Request) -> Response:
    """The named example operations."""
    explorer: Explorer = request.app.state.explorer
    return Response(
        explorer.examples, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@router.api_route("/assets/{name}", methods=["GET", "HEAD"])
async def get_asset(request: Request, name: str) -> Response:
    """A file of the build, compressed where that is understood."""
    explorer: Explorer = request.app.state.explorer
    path, media = explorer.asset(name), MEDIA_TYPES.get(Path(name).suffix)
    if path is None or media is None:
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    packed = explorer.asset(f"{name}.gz")
    if packed and "gzip" in request.headers.get("accept-encoding", ""):
        path = packed
        headers["Content-Encoding"] = "gzip"
    return FileResponse(path, headers=headers, media_type=media)
