"""GraphiQL in a real browser, with a real shop behind it and no other host in the world."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

from api.explorer.building import Build, BuildFailedError
from tests.api.running import Running

pytestmark = [pytest.mark.timeout(400), pytest.mark.served]

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ONLY_OURSELVES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
EDITOR = ".graphiql-query-editor .view-lines"
HEADERS = ".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines"
ANSWER = ".graphiql-response .view-lines"
GRAPHIQL_READS_AFTER_MS = 500
"""GraphiQL finds the operations of a document a moment after the last key (100 ms, it says)."""
PASTE = """(place, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  place.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
}"""
NOTE_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


def unavailable(reason: str) -> NoReturn:
    """Go without these tests; never where CI is to run them."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> str:
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    unavailable("There is no Chromium on this machine: GraphiQL was NOT tested in a browser.")


@pytest.fixture(scope="module")
def shop(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    try:
        Build().make()
    except BuildFailedError as failure:
        unavailable(f"GraphiQL was NOT tested, for it could not be built: {failure}")
    with Running(tmp_path_factory.mktemp("shop") / "data", TRADEPOST_EXPLORER="true") as shop:
        assert shop.was_open, shop.said
        yield shop


@pytest.fixture(scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    arguments = [ONLY_OURSELVES]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        await browser.close()


@dataclass
class Complaints:
    """All that a browser has to say against a page."""

    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("requestfailed", lambda request: self.heard.append(f"failed: {request.url}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.type}: {message.text}")

    def _error(self, error: Error) -> None:
        self.heard.append(f"thrown: {error}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.hostname != "127.0.0.1" and url.scheme != "data":
            self.heard.append(f"asked elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.heard.append(f"{response.status}: {response.url}")


@pytest.fixture
async def page(browser: Browser, shop: Running) -> AsyncIterator[Page]:
    """GraphiQL, as someone sees it who comes for the first time; in the end, nothing was wrong."""
    complaints = Complaints()
    context = await browser.new_context(viewport={"width": 1600, "height": 1000})
    page = await context.new_page()
    complaints.listen(page)
    await page.add_init_script(NOTE_VIOLATIONS)
    await page.goto(f"{shop.url}/graphql")
    await expect(page.locator(EDITOR)).to_contain_text("query ShopWindow", timeout=60_000)
    yield page
    await context.close()
    assert complaints.heard == []


async def write(page: Page, place: str, text: str) -> None:
    """Write over what an editor holds: pasted, for it closes some brackets that are typed."""
    await page.locator(place).click()
    await page.keyboard.press("Control+A")
    await page.locator(":focus").evaluate(PASTE, text)
    await expect(page.locator(place)).to_contain_text(text[:30])
    await page.keyboard.type(" ")
    await page.wait_for_timeout(GRAPHIQL_READS_AFTER_MS)


async def run(page: Page) -> None:
    await page.get_by_role("button", name="Execute query").click()


async def choose(page: Page, example: str) -> None:
    await page.locator(".examples").get_by_role("button", name=example).click()


async def test_the_first_query_runs_as_it_stands(page: Page) -> None:
    assert await page.title() == "Tradepost · GraphiQL"
    await run(page)
    await expect(page.locator(ANSWER)).to_contain_text('"currencyCode": "GBP"')


async def test_a_query_that_is_typed_in_is_run(page: Page) -> None:
    await write(page, EDITOR, "{ shop { timeZone } }")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(ANSWER)).to_contain_text('"timeZone": "Europe/London"')


async def test_an_example_brings_its_variables_and_runs(page: Page) -> None:
    await choose(page, "Buy as a guest")
    await expect(page.locator(EDITOR)).to_contain_text("mutation Buy")
    await run(page)
    await expect(page.locator(ANSWER)).to_contain_text('"status": "PLACED"')


async def test_an_example_brings_its_headers_and_runs(page: Page) -> None:
    await choose(page, "My orders")
    await expect(page.locator(EDITOR)).to_contain_text("query MyOrders")
    await run(page)
    await expect(page.locator(ANSWER)).to_contain_text('"name": "Ada Lovelace"')


async def test_the_documentation_explains_a_type(page: Page) -> None:
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.locator(".graphiql-doc-explorer")
    await docs.get_by_text("Mutation", exact=True).click()
    await docs.get_by_text("checkoutComplete", exact=True).click()
    await docs.get_by_text("CheckoutPayload", exact=True).first.click()
    await expect(docs).to_contain_text("userErrors with an order: that payment failed")


async def test_what_is_in_the_headers_pane_is_sent(page: Page) -> None:
    await choose(page, "Sign in")
    await expect(page.locator(EDITOR)).to_contain_text("mutation SignIn")
    async with page.expect_response("**/graphql") as answered:
        await run(page)
    answer = await (await answered.value).json()
    token = answer["data"]["sessionCreate"]["session"]["accessToken"]

    await write(page, EDITOR, "{ viewer { email } }")
    await page.get_by_role("button", name="Headers", exact=True).click()
    await write(page, HEADERS, f'{{"Authorization": "Bearer {token}"}}')
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(ANSWER)).to_contain_text('"email": "ada@example.com"')


async def test_a_subscription_tells_how_things_stand(page: Page) -> None:
    await choose(page, "Follow an order")
    await expect(page.locator(EDITOR)).to_contain_text("subscription FollowAnOrder")
    await run(page)
    await expect(page.locator(ANSWER)).to_contain_text('"paymentStatus": "PROCESSING"')
