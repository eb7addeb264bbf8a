"""One company and one browser for all tests of this room; a page for each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.company import Corvane, chromium, corvane, find_chromium, prepare
from tests.browser.screen import Screen

CARDS = (
    "stages/pilot.md",
    "security/hosting-and-certificates.md",
    "pricing/discount-authority.md",
    "objections/too-expensive.md",
)
PATIENCE = 15_000
"""Milliseconds that something may take on a machine that is busy with other tests."""


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find_chromium()
    if path is None:
        pytest.skip("There is no Chromium on this machine (chromium, chromium-browser or google-chrome in PATH).")
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def company(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Corvane]:
    home: Path = tmp_path_factory.mktemp("corvane")
    prepare(home, CARDS)
    async with corvane(home) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with chromium(chromium_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def screen(company: Corvane, browser: Browser) -> AsyncIterator[Screen]:
    """The page as it is first opened; what it writes to the console as a fault fails the test."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, timezone_id="America/New_York")
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    opened = Screen(page, company.workspace.page_url)
    await opened.open()
    yield opened
    await page.close()
    assert opened.faults == []
