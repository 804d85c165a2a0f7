"""
The status page in a real Chromium, before a real proxy and the stand-in PMS.

With `STATUS_SHOTS=docs` in the environment the pictures of the README are made anew:
`STATUS_SHOTS=docs ./dev test tests/proxy/test_status_page_browser.py -k picture`.
"""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import expect

from fakes.browser import Seen, a_browser
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "an-operators-tökén"  # noqa: S105
FORBIDDEN = "Failed to load resource: the server responded with a status of 403"
MIN_CONTRAST = 4.5
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DEVICES = (("phone", 320, 900), ("desktop", 1000, 760))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Give one browser to all tests here: each takes a page of its own."""
    async with a_browser() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy that knows an operator."""
    async with a_rig({"PROXY_ADMIN_TOKEN": TOKEN}) as started:
        yield started


@asynccontextmanager
async def a_page(
    browser: Browser, rig: Rig, locale: str = "en-GB", **options: Any
) -> AsyncIterator[tuple[Page, Seen]]:
    """Open the page in a window of its own; nothing outside may be asked."""
    zone = "America/Argentina/Buenos_Aires"
    context = await browser.new_context(locale=locale, timezone_id=zone, **options)
    context.set_default_timeout(5000)
    page = await context.new_page()
    # Time goes on, and may be turned forward.
    await page.clock.install()
    seen = Seen()
    seen.watch(page)
    try:
        await page.goto(f"{rig.url}/status", wait_until="load")
        yield page, seen
        assert seen.outside == []
    finally:
        await context.close()


async def _seconds(page: Page) -> int:
    text = await page.locator("[data-countdown]").inner_text()
    return int("".join(letter for letter in text if letter.isdigit()))


async def test_it_follows_an_outage_by_itself(browser: Browser, rig: Rig) -> None:
    """Served, then open with a countdown that falls, then served: nobody reloads."""
    async with a_page(browser, rig) as (page, seen):
        headline, state = (
            page.get_by_role("heading", level=2).first,
            page.locator("#state"),
        )
        await expect(headline).to_have_text("Guests are served from the PMS.")

        await rig.search()
        await rig.fails(5)
        await expect(state).to_have_text("open")
        await expect(headline).to_contain_text("Guests see copies up to 5 min old")
        await expect(page).to_have_title("open · PMS proxy")
        at_first = await _seconds(page)
        assert 28 <= at_first <= 30
        await expect(page.locator("[data-countdown]")).to_have_text("in 28 s")
        # The reader's own time stands beside UTC.
        times = page.locator("#next dd", has_text="UTC")
        await expect(times).to_contain_text("2026-11-25 03:00:00 UTC")
        await expect(times).to_contain_text("25/11/2026, 00:00:00")

        rig.clock.advance(30)
        await expect(state).to_have_text("closed")
        await expect(headline).to_have_text("Guests are served from the PMS.")
        assert seen.complaints == []


async def test_an_operator_gives_orders(browser: Browser, rig: Rig) -> None:
    """An order needs token and reason, is asked back, and the reason is then shown."""
    why = "<script>alert(1)</script> & upgrade"
    async with a_page(browser, rig) as (page, seen):
        form = page.locator("#orders")
        await form.get_by_role("button", name="Force open").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)

        await page.get_by_label("Admin token").fill(TOKEN)
        await page.get_by_label("Reason").fill(why)
        await form.get_by_role("button", name="Force open").click()
        sure = page.get_by_role("dialog")
        await expect(sure).to_contain_text("Force the breaker open?")
        await sure.get_by_role("button", name="No").click()
        assert await rig.state() == "closed"

        await form.get_by_role("button", name="Force open").click()
        await sure.get_by_role("button", name="Yes").click()
        await expect(page.locator("#result")).to_have_text("Done.")
        await expect(page.locator("#state")).to_have_text("open")
        await expect(page.locator("#next q")).to_have_text(why)
        assert (await rig.breaker())["forced"]["why"] == why

        await page.get_by_label("Reason").fill("done")
        await form.get_by_role("button", name="Reset").click()
        await sure.get_by_role("button", name="Yes").click()
        await expect(page.locator("#state")).to_have_text("closed")

        await rig.search()
        await page.get_by_label("Reason").fill("wrong prices")
        await form.get_by_role("button", name="Clear the copies").click()
        await sure.get_by_role("button", name="Yes").click()
        await expect(page.locator("#result")).to_have_text("Done.")
        assert (await rig.status())["cache"]["entries"] == 0
        # Nothing of it outlives the page.
        assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert await page.evaluate("document.cookie") == ""
        assert TOKEN not in page.url
        assert seen.complaints == []


async def test_a_wrong_token_is_told(browser: Browser, rig: Rig) -> None:
    """Nothing is done, and the page says why in the reader's language."""
    async with a_page(browser, rig, locale="es-AR") as (page, seen):
        await page.get_by_label("Token de administración").fill("wrong")
        await page.get_by_label("Motivo").fill("prueba")
        await page.get_by_role("button", name="Forzar abierto").click()
        await page.get_by_role("button", name="Sí, hacerlo").click()

        await expect(page.locator("#result")).to_have_text(
            "No se hizo: ese no es el token de administración."
        )
        await expect(page.get_by_label("Motivo")).to_have_value("prueba")
        assert await rig.state() == "closed"
        assert [one for one in seen.complaints if not one.startswith(FORBIDDEN)] == []


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Admin token", "Not done: it needs the admin token."),
        ("Reason", "Not done: it needs a reason."),
    ],
)
async def test_what_is_missing_is_told(
    browser: Browser, rig: Rig, label: str, said: str
) -> None:
    """Each attempt clears what was said of the last, and names an empty field."""
    async with a_page(browser, rig) as (page, _):
        await page.get_by_label("Admin token").fill("wrong")
        await page.get_by_label("Reason").fill("test")
        await page.get_by_role("button", name="Force open").click()
        await page.get_by_role("button", name="Yes").click()
        result = page.locator("#result")
        await expect(result).to_contain_text("that is not the admin token")

        await page.get_by_label(label).fill(" ")
        await page.get_by_role("button", name="Force open").click()
        await expect(result).to_have_text(said)
        await expect(page.get_by_label(label)).to_be_focused()
        await expect(page.get_by_role("dialog")).to_have_count(0)

        await page.get_by_label(label).fill("more")
        await page.get_by_role("button", name="Force open").click()
        await expect(result).to_be_empty()


async def test_the_keyboard_is_enough(browser: Browser, rig: Rig) -> None:
    """By Tab and Enter alone: every stop is seen, and an order can be given."""
    async with a_page(browser, rig) as (page, _):
        stops: list[str] = []
        for _ in range(8):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(
                "() => { const e = document.activeElement, s = getComputedStyle(e);"
                "return [e.id || e.textContent, s.outlineStyle, s.outlineWidth]; }"
            )
            stops.append(stop[0])
            assert stop[1:] == ["solid", "3px"], stop
        assert stops[:4] == ["Español", "English", "token", "reason"]
        assert stops[4:] == ["Force open", "Force closed", "Reset", "Clear the copies"]

        await page.get_by_label("Admin token").focus()
        await page.keyboard.insert_text(TOKEN)
        await page.keyboard.press("Tab")
        await page.keyboard.type("keys only")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        # It opens on No, and Escape is No too.
        await expect(page.get_by_role("button", name="No", exact=True)).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Force open")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#state")).to_have_text("open")


async def test_without_javascript_it_is_true(browser: Browser, rig: Rig) -> None:
    """It shows what is so, comes again by itself, and offers no form that fails."""
    await rig.search()
    await rig.fails(5)
    async with a_page(browser, rig, java_script_enabled=False) as (page, seen):
        await expect(page.locator("#state")).to_have_text("open")
        await expect(page.locator("[data-countdown]")).to_have_text("in 30 s")
        await expect(page.locator("#orders")).to_be_hidden()
        await expect(page.locator("noscript code")).to_be_visible()
        assert 'http-equiv="refresh" content="10"' in await page.content()
        await page.get_by_role("link", name="Español").click()
        await expect(page.locator("#state")).to_have_text("abierto")
        assert seen.complaints == []


async def test_it_says_that_it_is_not_live(browser: Browser) -> None:
    """When the proxy is gone, what is still shown is said to be old."""
    async with AsyncExitStack() as ends:
        async with a_rig() as rig:
            page, _ = await ends.enter_async_context(a_page(browser, rig))
            await expect(page.locator("#lost")).to_be_empty()
            await expect(page.locator("#next")).to_contain_text("2026, 00:00:00")
            text = (await rig.get("/status?lang=en")).body.decode()
        await expect(page.locator("#lost")).to_contain_text("Not live")
        await page.route("**/status", lambda route: route.fulfill(body=text))
        await page.clock.fast_forward(6000)
        await expect(page.locator("#lost")).to_be_empty()


async def test_everybody_can_read_it(browser: Browser, rig: Rig) -> None:
    """Landmarks, headings, names, a live region, and contrast in both schemes."""
    await rig.search()
    await rig.fails(5)
    async with a_page(browser, rig, reduced_motion="reduce") as (page, _):
        await expect(page.get_by_role("banner")).to_have_count(1)
        await expect(page.get_by_role("main")).to_have_count(1)
        await expect(page.get_by_role("contentinfo")).to_have_count(1)
        await expect(page.get_by_role("navigation", name="Language")).to_be_visible()
        await expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert await page.get_by_role("heading", level=2).count() == 7
        assert await page.get_by_role("columnheader").count() == 3
        region = page.locator("[role=status]", has=page.get_by_role("heading"))
        await expect(region).to_contain_text("Circuit breaker: open.")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            found = await page.evaluate(AUDIT)
            assert found["unnamed"] == []
            assert found["unlabelled"] == []
            assert len(found["contrasts"]) > 60
            assert [one for one in found["contrasts"] if one[0] < MIN_CONTRAST] == []
            # Whoever wants no motion gets none.
            assert found["transition"] == "0s"
            assert found["is_dark"] == (scheme == "dark")


@pytest.mark.parametrize("locale", ["es-AR", "en-GB"])
async def test_its_picture_fits(browser: Browser, rig: Rig, locale: str) -> None:
    """On a phone and on a desktop nothing is wider than the window."""
    await rig.search()
    rig.clock.advance(42)
    for _ in range(5):
        rig.clock.advance(3)
        await rig.fails(1)
    rig.clock.advance(7)
    async with a_page(browser, rig, locale) as (page, _):
        await expect(page.locator("#orders")).to_be_visible()
        for device, width, height in DEVICES:
            await page.set_viewport_size({"width": width, "height": height})
            wide = "document.documentElement.scrollWidth"
            assert await page.evaluate(wide) == width
            if folder := os.environ.get("STATUS_SHOTS"):
                name = f"status-{device}-{locale[:2]}.png"
                await page.screenshot(path=Path(folder) / name)


# Runs in the page: what has no name, and each text's contrast (WCAG 2.2 §1.4.3).
AUDIT = """() => {
  const rgb = (css) => css.match(/[0-9.]+/g).map(Number);
  const light = (css) => {
    const [r, g, b] = rgb(css).slice(0, 3).map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const css = getComputedStyle(e).backgroundColor;
      if ((rgb(css)[3] ?? 1) > 0) return css;
    }
    return "rgb(255, 255, 255)";
  };
  const contrasts = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].filter((n) => n.nodeType === 3 && n.data.trim());
    if (!own.length || !e.getClientRects().length) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    contrasts.push([ratio, e.tagName, own[0].data.trim()]);
  }
  const name = (e) => e.textContent.trim() || e.getAttribute("aria-label");
  const all = (what) => [...document.querySelectorAll(what)];
  return {
    contrasts,
    is_dark: light(behind(document.querySelector("main"))) < 0.2,
    unnamed: all("a, button").filter((e) => !name(e)).map((e) => e.outerHTML),
    unlabelled: all("input").filter((e) => !e.labels.length).map((e) => e.id).concat(
      all("section").filter((e) =>
        !document.getElementById(e.getAttribute("aria-labelledby"))
      ).map((e) => e.outerHTML)),
    transition: getComputedStyle(document.getElementById("banner")).transitionDuration,
  };
}"""
