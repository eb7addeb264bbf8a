"""The page as somebody at the keyboard sees it."""

from playwright.async_api import ConsoleMessage, Locator, Page


class Screen:
    """One browser tab with the workspace's page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    async def open(self) -> None:
        """The first screen."""
        await self.page.goto(self.url)
        await self.page.get_by_role("heading", name="Meet Playmaker").wait_for()

    async def become(self, name: str) -> None:
        """Be somebody, in the conversation with the app: by a card of the first screen, or else by search."""
        card = self.page.get_by_role("region", name=name)
        if await card.count():
            await card.get_by_role("button").first.click()
        else:
            for found in (name, "Playmaker"):
                await self.page.keyboard.press("Control+k")
                await self.page.keyboard.type(found)
                await self.page.keyboard.press("Enter")
        await self.page.get_by_role("log", name="Messages").wait_for()

    async def say(self, words: str) -> Locator:
        """Write it and send it; the app's answer to it."""
        written = self.page.locator("article.message").filter(has_text=words)
        before = await written.count()
        box = self.page.locator("#composer textarea")
        await box.fill(words)
        await box.press("Enter")
        mine = written.nth(before)
        await mine.wait_for()
        answer = self.page.locator(
            f"article.message[data-ts='{await mine.get_attribute('data-ts')}'] ~ article.message"
        )
        await answer.first.wait_for()
        return answer.first
