"""The pictures of the documentation, taken of the demo company on one fixed morning.

    python docs/take_pictures.py [NAME …]

A name is that of a picture, or of a report, whose picture goes into `reports/`; without names all are taken. Needs the
development environment and a Chromium; writes PNG files. The same code draws the same picture, so that a changed
picture means that something looks different.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from playwright.async_api import Browser, FloatRect, Locator, Page

from tests.browser.company import NOW, Corvane, chromium, corvane, find_chromium, prepare
from tests.browser.screen import Screen

HERE = Path(__file__).parent
SHELF = HERE / "reports"
WIDTH, HEIGHT = 1280, 880
COLOURS = 128
TALL = 2600
"""Of the window in which a whole report is seen."""
Scheme = Literal["light", "dark"]


async def chat(screen: Screen) -> None:
    """Dana moves an opportunity in plain words and sees what changed."""
    await screen.become("Dana Whitfield")
    await screen.say("move calloway to negotiation")
    await screen.say("it closes 15 december")
    await screen.say("log a call with calloway: they want the quote without the agitator")


async def pipeline(screen: Screen) -> None:
    """Priya looks at the pipeline of her team."""
    await screen.become("Priya Raman")
    await _from_its_top(await screen.say("pipeline of my team"))


async def home(screen: Screen) -> None:
    """Dana's Home tab."""
    await screen.become("Dana Whitfield")
    await screen.page.get_by_role("tab", name="Home").click()
    await screen.page.get_by_role("heading", name="Hello, Dana").wait_for()


async def knowledge(screen: Screen) -> None:
    """Sam asks in English and in Chinese, and gets a quote and its place."""
    await screen.become("Sam Osei")
    await screen.say("what should I do in my first week?")
    await screen.say("我可以给多少折扣？")


async def leaderboard(screen: Screen) -> None:
    """Priya asks who is ahead."""
    await screen.become("Priya Raman")
    await _from_its_top(await screen.say("leaderboard this quarter"))


async def first(screen: Screen) -> None:
    """The first screen."""


async def dark(screen: Screen) -> None:
    """Dana prepares a call, in the dark."""
    await screen.become("Dana Whitfield")
    await _from_its_top(await screen.say("prep me for harborview"))


REPORTS: Mapping[str, tuple[str, str]] = {
    "morning": ("Dana Whitfield", "my morning digest"),
    "digest": ("Priya Raman", "daily digest of my team"),
    "week": ("Priya Raman", "monday commit of my team"),
    "review": ("Priya Raman", "friday review of my team"),
    "rollup": ("Margaret Okafor", "forecast roll-up"),
    "close": ("Priya Raman", "quarter close for last quarter"),
    "quota": ("Dana Whitfield", "my quota"),
    "targets": ("Priya Raman", "targets of my team for Q4"),
    "forecast": ("Priya Raman", "where will my team land this quarter"),
    "accuracy": ("Priya Raman", "how good are our forecasts"),
    "waterfall": ("Priya Raman", "pipeline waterfall since 1 November"),
    "changes": ("Priya Raman", "what changed this week"),
    "slippage": ("Priya Raman", "which deals slipped last quarter"),
    "coverage": ("Priya Raman", "coverage this quarter"),
    "winrate": ("Priya Raman", "win rate this year by region"),
    "cycle": ("Priya Raman", "sales cycle of my team by product this year"),
    "velocity": ("Priya Raman", "sales velocity"),
    "funnel": ("Priya Raman", "funnel of my team this year"),
    "concentration": ("Priya Raman", "how concentrated is our revenue this year"),
    "activity": ("Priya Raman", "how many calls did my team make this month"),
    "risks": ("Dana Whitfield", "which of my deals are at risk"),
    "board": ("Priya Raman", "leaderboard this quarter by attainment"),
    "math": ("Dana Whitfield", "how is my quota counted"),
    "why": ("Dana Whitfield", "why did my pipeline change since last Monday"),
    "winpost": ("Dana Whitfield", "write the win post for cedar hollow"),
}
"""Every report: who asks for it, and in which words. Its picture is the whole answer, in `reports/`."""

PICTURES: Mapping[str, tuple[Callable[[Screen], Awaitable[None]], Scheme]] = {
    "chat": (chat, "light"),
    "pipeline": (pipeline, "light"),
    "home": (home, "light"),
    "knowledge": (knowledge, "light"),
    "leaderboard": (leaderboard, "light"),
    "first": (first, "light"),
    "dark": (dark, "dark"),
}


async def _from_its_top(answer: Locator) -> None:
    """Scroll to the question, so that the whole beginning of the answer is seen."""
    question = answer.locator("xpath=preceding-sibling::article[1]")
    await question.evaluate("node => node.scrollIntoView({ block: 'start' })")


async def _take(name: str, browser: Browser, company: Corvane) -> None:
    show, scheme = PICTURES[name]
    screen = await _opened(browser, company, scheme, HEIGHT)
    await show(screen)
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}
    await _leave_alone(screen.page)
    await screen.page.screenshot(path=HERE / f"{name}.png", clip=clip, animations="disabled", caret="hide")
    await screen.page.close()
    _shrink(HERE / f"{name}.png")


async def _take_report(name: str, browser: Browser, company: Corvane) -> None:
    who, words = REPORTS[name]
    screen = await _opened(browser, company, "light", TALL)
    await screen.become(who)
    answer = await screen.say(words)
    await _leave_alone(screen.page)
    SHELF.mkdir(exist_ok=True)
    await answer.screenshot(path=SHELF / f"{name}.png", animations="disabled", caret="hide")
    await screen.page.close()
    _shrink(SHELF / f"{name}.png")


async def _opened(browser: Browser, company: Corvane, scheme: Scheme, height: int) -> Screen:
    page = await browser.new_page(
        viewport={"width": WIDTH, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        timezone_id="America/New_York",
        locale="en-US",
    )
    await page.clock.set_fixed_time(NOW)
    screen = Screen(page, company.workspace.page_url)
    await screen.open()
    return screen


async def _leave_alone(page: Page) -> None:
    """Neither a message under the mouse nor a blinking cursor."""
    await page.mouse.move(WIDTH - 2, 2)
    await page.evaluate("document.activeElement?.blur()")


def _shrink(path: Path) -> None:
    """A page has few colours: with a palette of them a picture takes a third of the room and looks the same."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size / 1000:.0f} kB")


async def _all(names: Sequence[str], path: str) -> None:
    """Each picture is of a company of its own, which is made once: none shows what was done for another one.

    Reports change nothing, so they are all of one.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        prepare(made)
        async with chromium(path) as browser:
            async with corvane(shutil.copytree(made, Path(folder) / "reports")) as company:
                company.workspace.clock.advance(NOW.timestamp() - time.time())
                for name in names:
                    if name in REPORTS:
                        await _take_report(name, browser, company)
            for name in names:
                if name not in PICTURES:
                    continue
                async with corvane(shutil.copytree(made, Path(folder) / name)) as company:
                    company.workspace.clock.advance(NOW.timestamp() - time.time())
                    await _take(name, browser, company)


def main() -> int:
    names = sys.argv[1:] or [*PICTURES, *REPORTS]
    unknown = [name for name in names if name not in {**PICTURES, **REPORTS}]
    if unknown:
        print(f"There is no picture {', '.join(unknown)}; there are {', '.join([*PICTURES, *REPORTS])}.")
        return 1
    path = find_chromium()
    if path is None:
        print("There is no Chromium on this machine (chromium, chromium-browser or google-chrome in PATH).")
        return 1
    asyncio.run(_all(names, path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
