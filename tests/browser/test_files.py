"""The menu beside the buttons, files and pictures, as they are seen and used on the page."""

import csv
import io
import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.company import Corvane
from tests.browser.screen import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

PICTURES = os.environ.get("PLAYMAKER_TEST_PICTURES", "")
"""A folder for pictures of what these tests see, for somebody who wants to look."""


async def look(screen: Screen, name: str) -> None:
    if PICTURES:
        await screen.page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def test_a_table_is_downloaded_without_a_mouse(screen: Screen) -> None:
    await screen.become("Priya Raman")
    answer = await screen.say("show me dana's pipeline")
    menu = answer.locator("summary", has=screen.page.locator("svg")).last
    await expect(menu).to_have_attribute("aria-label", "More actions")
    keyboard, focused = screen.page.keyboard, screen.page.locator(":focus")
    await menu.focus()
    await keyboard.press("ArrowDown")
    await expect(answer.get_by_role("menu")).to_be_visible()
    await look(screen, "menu")
    for _ in range(6):
        if await focused.inner_text() == "As CSV":
            break
        await keyboard.press("ArrowDown")
    await expect(focused).to_have_text("As CSV")
    await keyboard.press("Enter")
    link = screen.page.get_by_role("log").locator("a.file").first
    await expect(link).to_be_visible()
    await look(screen, "file")
    async with screen.page.expect_download() as downloading:
        await link.click()
    path = await (await downloading.value).path()
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert len(rows) > 2
    assert rows[0][0] == "Stage"


async def test_escape_shuts_the_menu_and_gives_the_focus_back(screen: Screen) -> None:
    await screen.become("Dana Whitfield")
    answer = await screen.say("my pipeline")
    menu = answer.locator("details.overflow")
    await menu.locator("summary").press("Enter")
    await expect(menu.get_by_role("menuitem").first).to_be_visible()
    await menu.get_by_role("menuitem").first.focus()
    await screen.page.keyboard.press("Escape")
    await expect(menu.get_by_role("menuitem").first).to_be_hidden()
    await expect(menu.locator("summary")).to_be_focused()


async def test_where_charts_are_refused_a_picture_says_the_same(company: Corvane, screen: Screen) -> None:
    company.workspace.faults.refuse_charts()
    try:
        await screen.become("Dana Whitfield")
        answer = await screen.say("my pipeline this year")
        await expect(answer.locator(".b-data_visualization")).to_have_count(0)
        picture = screen.page.get_by_role("log").locator("img.img-large").last
        await expect(picture).to_be_visible()
        alt = await picture.get_attribute("alt") or ""
        assert alt.startswith("Amount by stage")
        assert any(figure.isdigit() for figure in alt)
        assert await picture.evaluate("image => image.naturalWidth") == 1200
        await picture.scroll_into_view_if_needed()
        await look(screen, "picture")
    finally:
        company.workspace.faults.clear()
