"""The doctor says what is missing and what to do about it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import doctor
from bot.doctor import Finding, list_findings
from bot.settings import SlackSettings
from knowledge_base import KnowledgeBase, KnowledgeSettings
from store.engine import Database
from tests.bot.slack_bot import Bot
from tests.skills.company import NOW, Company

Examined = Callable[..., list[Finding]]


@pytest.fixture
def knowledge(tmp_path: Path) -> Callable[[], KnowledgeBase]:
    return lambda: KnowledgeBase.open(KnowledgeSettings(home=tmp_path), lambda: NOW)


def slack(**values: str) -> SlackSettings:
    return SlackSettings.model_validate({"bot_token": "", "app_token": "", "signing_secret": "", **values})


def wrong(findings: list[Finding]) -> str:
    return "\n".join(str(finding) for finding in findings if not finding.good)


def test_what_is_missing_in_an_empty_installation_is_named(
    tmp_path: Path, knowledge: Callable[[], KnowledgeBase]
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    said = wrong(list_findings(slack(), database, knowledge, lambda: NOW))
    assert "SLACK_BOT_TOKEN is not set" in said
    assert "Slack cannot reach the bot" in said
    assert "python -m store migrate" in said
    assert "python -m knowledge_base add" in said


def test_tokens_in_the_wrong_place_are_told(tmp_path: Path, knowledge: Callable[[], KnowledgeBase]) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    settings = slack(bot_token="xapp-1-secretsecret", app_token="xoxb-secretsecret", api_url="http://127.0.0.1:1/api/")
    said = wrong(list_findings(settings, database, knowledge, lambda: NOW))
    assert "SLACK_BOT_TOKEN begins with xapp-, not with xoxb-" in said
    assert "SLACK_APP_TOKEN begins with xoxb-, not with xapp-" in said
    assert "does not answer" in said
    assert "secretsecret" not in said


def test_a_company_without_quotas_and_slack_ids_can_work(
    company: Company, knowledge: Callable[[], KnowledgeBase]
) -> None:
    findings = list_findings(slack(), company.database, knowledge, lambda: NOW)
    said = "\n".join(map(str, findings))
    assert "✓ The database is at the newest revision." in said
    assert "✓ 6 stages, among them won and lost." in said
    assert "✓ 3 opportunities." in said
    assert "will be recognised by e-mail" in said
    assert "! There are no quotas for this month." in said


def test_an_empty_database_lacks_people_and_stages(database: Database, knowledge: Callable[[], KnowledgeBase]) -> None:
    said = wrong(list_findings(slack(), database, knowledge, lambda: NOW))
    assert "The organisation is not set up." in said
    assert "There are no people." in said
    assert "The sales stages are incomplete" in said


async def test_slack_is_asked_whether_it_takes_the_tokens(bot: Bot, knowledge: Callable[[], KnowledgeBase]) -> None:
    def examined(**values: str) -> list[Finding]:
        given = {"bot_token": bot.workspace.bot_token, "app_token": bot.workspace.app_token, **values}
        settings = slack(api_url=bot.workspace.api_url, **given)
        return list_findings(settings, bot.company.database, knowledge, lambda: NOW)

    said = "\n".join(map(str, await asyncio.to_thread(examined)))
    assert "✓ Slack knows the bot as" in said
    assert "✓ A Socket Mode connection opens." in said
    refused = wrong(await asyncio.to_thread(examined, bot_token="xoxb-wrong"))
    assert "Slack does not accept the bot token (invalid_auth)" in refused


def test_a_machine_without_chinese_letters_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "list_families", lambda: ["DejaVu Sans"])
    (finding,) = doctor.check_pictures()
    assert not finding.good
    assert not finding.must, "the bot works without them"
    assert "fonts-noto-cjk" in finding.advice
    monkeypatch.setattr(doctor, "list_families", lambda: ["DejaVu Sans", "Noto Sans CJK SC"])
    (finding,) = doctor.check_pictures()
    assert finding.good
