"""The demo's page in a real browser: the outage as a hotelier plays it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from demo.control import playing
from demo.outage import FAST, STALE_WORDS
from demo.page.running import a_page
from demo.stage import in_days
from fakes.browser import Seen, a_browser
from fakes.page import a_demo_page

if TYPE_CHECKING:
    from playwright.async_api import Page

# Copies outlive a busy machine's minute.
PLAYED = {**FAST, "PROXY_USABLE_S": "60"}
STAY = f"del {in_days(20)} al {in_days(22)} para 2"
# The agent writes to a guest each 6 s at most; a busy machine takes its time.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
HOSTILE = "<img src=x onerror=alert(1)>" + "x" * 200
OFFER = {
    "type": "interactive",
    "interactive": {
        "type": "list",
        "body": {"text": HOSTILE},
        "action": {
            "button": "Ver opciones",
            "sections": [
                {"rows": [{"id": "1", "title": "Doble", "description": "US$ 80"}]}
            ],
        },
    },
}


async def _says(page: Page, text: str) -> None:
    await page.get_by_label("Mensaje", exact=True).fill(text)
    await page.get_by_role("button", name="Enviar").click()


async def _hears(page: Page, words: str) -> None:
    last = page.locator(".log:not([hidden]) [data-by=hotel]").last
    await expect(last).to_contain_text(words)


async def test_a_hotelier_plays_the_outage() -> None:
    """Broken by a tap: guests are warned, refused, and told of the PMS's return."""
    seen = Seen()
    async with a_page(PLAYED, asks_every_s=0.1) as demo, a_browser() as browser:
        page = await browser.new_page(locale="es-AR")
        seen.watch(page)
        await page.goto(demo.url)
        state = page.locator("#state")
        await expect(state).to_contain_text("Cerrado")
        await _says(page, f"Hola, tenés lugar {STAY}?")
        await _hears(page, "General Rooms")
        await expect(page.locator("[data-by=guest] .tick")).to_have_text("leído")

        await page.get_by_role("button", name="Base de datos caída").click()
        await expect(state).to_contain_text("Abierto")
        cause = page.locator("[data-text=cause]")
        await expect(cause).to_contain_text("El PMS contesta con errores")
        await expect(page.locator("[data-text=probe]")).to_contain_text("en ")
        await page.get_by_role("button", name="Nuevo huésped").click()
        await _says(page, f"Quiero reservar {STAY}")
        await _hears(page, STALE_WORDS)
        await _hears(page, "no puedo tomar reservas")
        await page.get_by_role("button", name="Sí", exact=True).click()

        await page.get_by_role("button", name="Ana").click()
        await page.get_by_text("Ver opciones").click()
        await page.get_by_role("button", name="Delux Rooms").click()
        await _hears(page, "no puedo tomar reservas")
        await page.get_by_role("button", name="Bruno").click()
        await _hears(page, "te escribo apenas vuelva")

        await page.get_by_role("button", name="Ana").click()
        await page.get_by_role("button", name="Curar el PMS").click()
        await expect(state).to_contain_text("Cerrado")
        told = page.get_by_role("button", name="Bruno · 1 sin leer")
        await expect(told).to_be_visible()
        await told.click()
        await _hears(page, "ya volvió")
        assert demo.stage.pms.hotel.bookings == {}
    assert (seen.complaints, seen.outside) == ([], [])


async def test_the_page_needs_no_mouse_and_no_width() -> None:
    """On a small phone nothing is cut off; Tab, Enter and Space reach everything."""
    seen = Seen()
    async with a_demo_page() as demo, a_browser() as browser:
        page = await browser.new_page(
            viewport={"width": 320, "height": 640}, locale="en-GB"
        )
        seen.watch(page)
        await page.goto(demo.url)
        demo.hotel_says(OFFER)
        await expect(page.locator("[data-by=hotel] p")).to_have_text(HOSTILE)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width == 320

        await page.locator(".log:not([hidden])").focus()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")  # The list's label opens it.
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        mine = page.locator("[data-by=guest] p")
        await expect(mine).to_have_text("Doble")
        await page.keyboard.press("Tab")
        await page.keyboard.type(HOSTILE)
        await page.keyboard.press("Enter")
        await expect(mine.last).to_contain_text(HOSTILE)

        demo.breaker = {"state": "half_open", "cause": "timeout"}
        await expect(page.locator("#state")).to_contain_text("Half-open")
        hangs = page.get_by_role("button", name="PHP hangs")
        await hangs.focus()
        await page.keyboard.press("Space")
        await expect(hangs).to_have_attribute("aria-pressed", "true")
        assert playing(demo.pms) == "hang"
        await page.keyboard.press("Space")
        await expect(page.get_by_text("The PMS is well.")).to_be_visible()
        assert playing(demo.pms) is None
        await page.get_by_role("link", name="Español").press("Enter")
        await expect(page.get_by_text("El PMS está sano.")).to_be_visible()
    assert (seen.complaints, seen.outside) == ([], [])
