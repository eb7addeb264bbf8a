"""A bot on a workspace of its own, for each test."""

from collections.abc import AsyncIterator

import pytest

from store.engine import Database
from tests.bot.slack_bot import Bot, running
from tests.skills.company import Company, build_company


@pytest.fixture
def company(database: Database) -> Company:
    """The small company with three open opportunities."""
    company = build_company(database)
    company.open("Dana", "40000", "Pilot", account="Acme", name="Acme Watch", next_step="Send the contract")
    company.open("Sam", "25000", "Proposal", account="Brandt Paper", name="Brandt Sense")
    company.open("Eva", "90000 EUR", "Negotiation", account="Lakeshore Foods", name="Lakeshore Watch")
    return company


@pytest.fixture
async def bot(company: Company) -> AsyncIterator[Bot]:
    async with running(company) as bot:
        yield bot
