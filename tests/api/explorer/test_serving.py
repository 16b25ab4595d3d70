"""What a browser gets at /graphql and under /explorer/."""

import fcntl
import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.explorer.building import Build
from api.explorer.serving import Explorer
from api.limits import InFlight
from api.settings import Settings
from db.config import Database
from tests.client import Client

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CODE = b"built()" * 100
IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def build(app: FastAPI, tmp_path: Path) -> Build:
    """The build that the app looks at: none, so far."""
    build = Build(tmp_path)
    app.state.explorer = Explorer(build, says_why=True)
    return build


@pytest.fixture
def built(build: Build) -> Build:
    assets = build.folder / "assets"
    assets.mkdir(parents=True)
    (build.folder / "index.html").write_text("<title>GraphiQL</title>")
    (assets / "index-1a2b.js").write_bytes(CODE)
    (assets / "index-1a2b.js.gz").write_bytes(gzip.compress(CODE))
    (assets / "style-3c4d.css").write_text("a{}")
    (assets / "secrets.txt").write_text("not one of ours")
    return build


class TestThePage:
    async def test_is_graphiql_under_a_strict_policy(self, built: Build, client: Client) -> None:
        response = await client.request("GET", headers=BROWSER)
        assert response.status_code == 200
        assert response.text == "<title>GraphiQL</title>"
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["vary"] == "Accept"
        assert response.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; "
            "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    async def test_has_a_curl_that_answers_until_it_is_built(
        self, build: Build, client: Client
    ) -> None:
        response = await client.request("GET", headers=BROWSER)
        assert response.status_code == 200
        assert "curl http://shop.test/graphql" in response.text
        assert "tradepost explorer build" in response.text
        assert 'http-equiv="refresh" content="15"' in response.text
        assert "default-src 'none'" in response.headers["content-security-policy"]

    @pytest.mark.parametrize("introspection", [True, False])
    async def test_leads_to_the_schema_where_clients_may_ask_for_it(
        self, app: FastAPI, build: Build, client: Client, *, introspection: bool
    ) -> None:
        app.state.settings = app.state.settings.having(introspection=introspection)
        text = (await client.request("GET", headers=BROWSER)).text
        assert ("/schema.graphql" in text) == introspection
        assert "/health" in text

    async def test_says_that_it_is_being_built_and_becomes_it(
        self, build: Build, client: Client
    ) -> None:
        with (build.home / "build.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            response = await client.request("GET", headers=BROWSER)
        assert "is being built" in response.text
        assert 'http-equiv="refresh" content="2"' in response.text
        build.folder.mkdir()
        (build.folder / "index.html").write_text("there it is")
        assert (await client.request("GET", headers=BROWSER)).text == "there it is"

    async def test_says_why_it_could_not_be_built(self, build: Build, client: Client) -> None:
        build.folder.with_suffix(".failed").write_text("npm ended with 1:\n<no network>")
        response = await client.request("GET", headers=BROWSER)
        assert "npm ended with 1:\n&lt;no network&gt;" in response.text

    async def test_tells_strangers_nothing_of_the_machine(
        self, app: FastAPI, build: Build, client: Client
    ) -> None:
        app.state.explorer = Explorer(build, says_why=False)
        build.folder.with_suffix(".failed").write_text("in /home/somebody")
        assert "somebody" not in (await client.request("GET", headers=BROWSER)).text


class TestAnAsset:
    async def test_is_what_the_build_made_for_ever(self, built: Build, client: Client) -> None:
        for name, media in (
            ("index-1a2b.js", "text/javascript; charset=utf-8"),
            ("style-3c4d.css", "text/css; charset=utf-8"),
        ):
            response = await client.request("GET", f"/explorer/assets/{name}")
            assert response.content == (built.folder / "assets" / name).read_bytes()
            assert response.headers["content-type"] == media
            assert response.headers["cache-control"] == IMMUTABLE
            assert response.headers["vary"] == "Accept-Encoding"
            assert response.headers["x-content-type-options"] == "nosniff"

    async def test_is_compressed_for_those_who_understand(
        self, built: Build, client: Client
    ) -> None:
        path = "/explorer/assets/index-1a2b.js"
        packed = await client.request("GET", path, headers={"accept-encoding": "gzip, br"})
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(CODE)
        assert packed.content == CODE
        plain = await client.request("GET", path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == CODE

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "nothing.js",
            "secrets.txt",
            "index-1a2b.js.gz",
            "index.html",
            "../index.html",
            "..%2findex.html",
            "%2e%2e%2findex.html",
            "..%5cindex.html",
            "....//index.html",
            "%252e%252e/index.html",
            "/etc/passwd",
            "%2fetc%2fpasswd",
            "index-1a2b.js%00.css",
            "index-1a2b.js/",
            "INDEX-1A2B.JS",
        ],
    )
    async def test_is_never_another_file(self, built: Build, client: Client, name: str) -> None:
        response = await client.request("GET", f"/explorer/assets/{name}")
        assert response.status_code in {404, 307}
        assert "built" not in response.text
        assert "not one of ours" not in response.text

    async def test_is_not_there_before_the_build(self, build: Build, client: Client) -> None:
        response = await client.request("GET", "/explorer/assets/index-1a2b.js")
        assert response.status_code == 404

    async def test_takes_no_place_of_a_graphql_request(self, app: FastAPI, built: Build) -> None:
        app.state.in_flight = InFlight(0, wait_seconds=0)
        client = Client(app)
        assert (await client.send("{ __typename }")).status_code == 503
        response = await client.request("GET", "/explorer/assets/index-1a2b.js")
        assert response.status_code == 200


class TestOff:
    @pytest.fixture
    def closed(self, app: FastAPI, database: Database) -> Client:
        settings = Settings(database_url=database.url, env="production", secret_key="k" * 40)
        closed = create_app(settings)
        closed.dependency_overrides = app.dependency_overrides
        return Client(closed)

    async def test_is_what_it_is_in_production(self, closed: Client) -> None:
        page = await closed.request("GET", headers={"accept": "text/html"})
        assert page.status_code == 406
        assert (await closed.request("GET", headers=BROWSER)).status_code == 400
        for path in ("/explorer/examples.json", "/explorer/assets/index-1a2b.js"):
            assert (await closed.request("GET", path)).status_code == 404

    def test_unless_it_is_asked_for(self, database: Database) -> None:
        assert Settings().explorer
        assert not Settings(env="production").explorer
        assert create_app(Settings(env="production", explorer=True)).state.explorer
