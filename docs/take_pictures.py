"""The pictures of the documentation, taken of the demo company on one fixed morning.

    python docs/take_pictures.py [NAME …]

Needs the development environment and a Chromium; writes PNG files beside this script. The same code draws the same
picture, so that a changed picture means that something looks different.
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

from playwright.async_api import Browser, FloatRect, Locator

from tests.browser.company import NOW, Corvane, chromium, corvane, find_chromium, prepare
from tests.browser.screen import Screen

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1280, 880
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
    page = await browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme=scheme,
        reduced_motion="reduce",
        timezone_id="America/New_York",
        locale="en-US",
    )
    await page.clock.set_fixed_time(NOW)
    screen = Screen(page, company.workspace.page_url)
    await screen.open()
    await show(screen)
    # Neither a message under the mouse nor a blinking cursor.
    await page.mouse.move(WIDTH - 2, 2)
    await page.evaluate("document.activeElement?.blur()")
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}
    await page.screenshot(path=HERE / f"{name}.png", clip=clip, animations="disabled", caret="hide")
    await page.close()
    print(f"docs/{name}.png: {(HERE / f'{name}.png').stat().st_size / 1000:.0f} kB")


async def _all(names: Sequence[str], path: str) -> None:
    """Each picture is of a company of its own, which is made once: none shows what was done for another one."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        prepare(made)
        async with chromium(path) as browser:
            for name in names:
                async with corvane(shutil.copytree(made, Path(folder) / name)) as company:
                    company.workspace.clock.advance(NOW.timestamp() - time.time())
                    await _take(name, browser, company)


def main() -> int:
    names = sys.argv[1:] or list(PICTURES)
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        print(f"There is no picture {', '.join(unknown)}; there are {', '.join(PICTURES)}.")
        return 1
    path = find_chromium()
    if path is None:
        print("There is no Chromium on this machine (chromium, chromium-browser or google-chrome in PATH).")
        return 1
    asyncio.run(_all(names, path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
