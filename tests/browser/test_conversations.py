"""What a rep, a manager and a new hire see and do on the page, from the first screen to the record."""

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect
from sqlmodel import select

from scheduler.reports import Outcome, Reports
from store.demo.people import NEW_YORK
from store.models import Credit, CreditSplit, Opportunity, Person, Stage, Status
from store.schedules import list_active_schedules
from store.scope import Scope
from tests.browser.company import NOW, Corvane
from tests.browser.screen import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")


def opportunity(company: Corvane, name: str) -> tuple[Opportunity, str]:
    """The one whose name begins like this, and its stage."""
    with company.assistant.database.session() as session:
        row, stage = session.exec(
            select(Opportunity, Stage.name).join(Stage).where(Opportunity.name.startswith(name))
        ).one()
        return row, stage


def won_by_person(company: Corvane, start: dt.date, end: dt.date) -> list[str]:
    """Who won something booked from `start` until before `end`, the highest sum of their shares first."""
    with company.assistant.database.session() as session:
        shares: defaultdict[int | None, dict[int, int]] = defaultdict(dict)
        for split in session.exec(select(CreditSplit).where(CreditSplit.kind == Credit.DIRECT)):
            shares[split.opportunity_id][split.person_id] = split.share
        won: defaultdict[int, Fraction] = defaultdict(Fraction)
        for row in session.exec(select(Opportunity).where(Opportunity.status == Status.WON)):
            if row.closed_on is not None and start <= row.closed_on < end:
                for person_id, share in (shares.get(row.id) or {row.owner_id: 10_000}).items():
                    won[person_id] += Fraction((row.booked_minor or 0) * share, 10_000)
        people = {one.id: one for one in session.exec(select(Person)) if one.on_boards}
        named = sorted((-amount, people[number].name) for number, amount in won.items() if number in people)
        assert len({amount for amount, _ in named}) == len(named), "a tie would need both of its people named"
        return [name for _, name in named]


async def test_a_rep_moves_an_opportunity_in_plain_words_and_takes_it_back(company: Corvane, screen: Screen) -> None:
    await screen.become("Dana Whitfield")
    answer = await screen.say("move calloway to negotiation")
    await expect(answer).to_contain_text("Proposal → Negotiation")
    assert opportunity(company, "Calloway Resins")[1] == "Negotiation"

    await answer.get_by_role("button", name="Undo").click()
    await expect(screen.page.get_by_role("log")).to_contain_text("is as it was before")
    assert opportunity(company, "Calloway Resins")[1] == "Proposal"


async def test_an_answer_of_the_playbook_is_a_quote_and_says_where_it_stands(screen: Screen) -> None:
    await screen.become("Sam Osei")
    answer = await screen.say("what is a pilot?")
    await expect(answer.locator("blockquote")).to_contain_text("A pilot is paid: 12 machines, 8 weeks, 9,840 USD")
    await expect(answer).to_contain_text("Short answer (stages/pilot.md)")


async def test_what_the_playbook_does_not_hold_is_not_answered(screen: Screen) -> None:
    await screen.become("Sam Osei")
    answer = await screen.say("what is our parental leave policy?")
    await expect(answer).to_contain_text("not in the knowledge base")
    await expect(answer.locator("blockquote")).to_have_count(0)


async def test_home_shows_ones_own_figures(screen: Screen) -> None:
    await screen.become("Dana Whitfield")
    await screen.page.get_by_role("tab", name="Home").click()
    home = screen.page.locator(".home")
    await expect(home.get_by_role("heading", name="Hello, Dana")).to_be_visible()
    await expect(home).to_contain_text("of your quota for Q4 FY2027")
    await expect(home).to_contain_text("Great Bend Paper – Watch, Erie mill")
    await expect(home).to_contain_text("(yours)")


async def test_the_form_changes_an_amount(company: Corvane, screen: Screen) -> None:
    await screen.become("Dana Whitfield")
    answer = await screen.say("show great bend")
    await answer.get_by_role("button", name="Edit").click()
    form = screen.page.get_by_role("dialog")
    await expect(form).to_contain_text("Great Bend Paper – Watch, Erie mill")
    await form.get_by_label("amount").fill("151,250.75 USD")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    await expect(screen.page.get_by_role("log")).to_contain_text("$148,732.40 → $151,250.75")
    assert opportunity(company, "Great Bend Paper")[0].amount_minor == 151_250_75


async def test_a_form_with_an_amount_that_is_none_says_so_at_the_field(screen: Screen) -> None:
    await screen.become("Dana Whitfield")
    answer = await screen.say("show harborview chemicals")
    await answer.get_by_role("button", name="Edit").click()
    form = screen.page.get_by_role("dialog")
    await form.get_by_label("amount").fill("rather a lot")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await screen.page.keyboard.press("Escape")


async def test_a_manager_schedules_the_leaderboard_and_it_arrives(company: Corvane, screen: Screen) -> None:
    await screen.become("Priya Raman")
    question = await screen.say("leaderboard every weekday at 8:30 in #sales")
    await expect(question).to_contain_text("every weekday at 08:30")
    await question.get_by_role("button", name="Yes, do it").click()
    await expect(screen.page.get_by_role("log")).to_contain_text("Wed 25 Nov 2026, 08:30")
    await expect(question.get_by_role("button", name="Yes, do it")).to_have_count(0)

    company.time.now = dt.datetime(2026, 11, 25, 8, 30, 20, tzinfo=ZoneInfo(NEW_YORK)).astimezone(dt.UTC)
    try:
        with company.assistant.database.session() as session:
            [schedule] = list_active_schedules(session, Scope.everybody())
        reports = Reports(company.assistant, dt.timedelta(hours=6))
        assert reports.settle(schedule.id or 0).outcome is Outcome.ENQUEUED
        assert await company.delivery.deliver() == 1
    finally:
        company.time.now = NOW
    await screen.page.get_by_role("navigation").get_by_role("button", name="sales").click()
    report = screen.page.get_by_role("log").locator("article.message").last
    by_place = won_by_person(company, dt.date(2026, 11, 1), dt.date(2027, 2, 1))
    upper_half = by_place[: min(10, -(-len(by_place) // 2))]
    await expect(report).to_contain_text(f"{upper_half[0]} leads Q4 FY2027")
    board = report.get_by_role("table").first
    await expect(board.locator("tbody tr td:nth-child(2)")).to_have_text(upper_half)
    for name in by_place[len(upper_half) :]:
        await expect(report).not_to_contain_text(name)


async def test_everything_goes_without_a_mouse(screen: Screen) -> None:
    keyboard, focused = screen.page.keyboard, screen.page.locator(":focus")
    await keyboard.press("Control+k")
    await keyboard.type("Priya")
    await keyboard.press("Enter")
    await keyboard.press("Control+k")
    await keyboard.type("playmaker")
    await keyboard.press("Enter")
    await expect(focused).to_have_attribute("placeholder", "Message Playmaker")
    await keyboard.type("quota of my team")
    await keyboard.press("Enter")
    answer = screen.page.locator("article.message").last
    await expect(answer).to_contain_text("Quota by person")
    button = answer.get_by_role("button", name="Leaderboard")
    for _ in range(40):
        await keyboard.press("Shift+Tab")
        if await button.evaluate("node => node === document.activeElement"):
            break
    await keyboard.press("Enter")
    await expect(screen.page.get_by_role("log")).to_contain_text("leads Q4 FY2027")


async def test_a_prompt_of_the_first_screen_is_said_as_its_person(screen: Screen) -> None:
    await screen.page.get_by_role("button", name="show me dana's pipeline").click()
    messages = screen.page.get_by_role("log").locator("article.message")
    answer = messages.filter(has_text="(Dana Whitfield)").last
    await expect(answer.get_by_role("table")).to_have_count(2)
    asked = messages.filter(has_text="show me dana's pipeline").last
    await expect(asked).to_contain_text("Priya Raman")
