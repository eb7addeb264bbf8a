"""A question in Chinese gets an answer in Chinese: no word of English but commands, currencies and file names."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from bot.say import SetClock, say
from bot.understanding import Understanding
from knowledge_base import KnowledgeBase, KnowledgeSettings
from skills.catalog import CATALOG
from skills.language import get_language
from skills.runner import Assistant
from skills.text import Moment, render, value
from store.models import Account, Activity, Contact, OpportunityContact, Person, Product, Role, Stage, Team
from store.money import Money
from tests.skills.company import NOW, Company, day

CHINESE_NAMES: dict[type[SQLModel], dict[str, str]] = {
    Person: {
        "Vera Moss": "周薇",
        "Mara Lindt": "陈伟",
        "Ken Brandt": "赵强",
        "Dana Whitfield": "王芳",
        "Sam Osei": "孙磊",
        "Lee Ortiz": "刘洋",
        "Eva Krüger": "李娜",
        "Yuki Tanaka": "田中由纪",
    },
    Team: {"Alpha": "华东团队", "Beta": "华北团队"},
    Stage: {
        "Discovery": "需求确认",
        "Pilot": "试点",
        "Proposal": "方案报价",
        "Negotiation": "商务谈判",
        "Won": "赢单",
        "Lost": "丢单",
    },
    Product: {"Sense": "传感套件", "Watch": "监测平台"},
    Account: {"Acme": "华东水务", "Brandt Paper": "翠湖水泥", "Lakeshore Foods": "北海涂料"},
}
ALLOWED = {*CATALOG, "USD", "CNY", "EUR", "America", "New_York"}
"""Commands, currencies and the name of a time zone are the same in every language."""
PARAMETERS = {name for skill in CATALOG.values() for name in skill.params.model_fields}
VALUES = set(
    re.findall(
        r"\w+",
        """
        booked attainment deals rep team month region quarter product source competitor customer in out both here
        units margin collected pipeline_created new_accounts activities improved target stretch challenge share
        evenly potential pipeline commit best case omitted closed value broad cohort over time direct overlay call
        email meeting demo note on off csv xlsx CSV XLSX Excel ABC usual rules precision day week
        """,
    )
)
"""What a parameter can be set to, where help explains it."""
EXAMPLES = {"acme", "dana", "sales", "sam", "marcus", "Pulsegrid"}
"""The names in examples, for somebody without a customer."""

Talk = Callable[..., dict[str, Any]]


def english_words(words: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z][A-Za-z_.]+", words) if word not in ALLOWED | EXAMPLES]


@pytest.fixture
def talk(company: Company, assistant: Assistant, tmp_path: Path) -> Iterator[Talk]:
    _fill(company)
    clock = SetClock(lambda: NOW)
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path / "knowledge"), lambda: NOW) as knowledge:
        told = Assistant(company.database, knowledge, CATALOG, clock)
        understanding = Understanding(told)

        def ask(words: str, who: str = "王芳", **more: Any) -> dict[str, Any]:
            return say(told, understanding, clock, who=who, words=words, **{"thread": "谈话", **more})

        yield ask


def _fill(company: Company) -> None:
    company.rate("CNY", "0.14", day(1, 1))
    company.won("Dana", "120000 CNY", day(10, 14), name="华东水务一期")
    company.won("Dana", "45000", day(11, 3), name="华东水务二期", account="Brandt Paper", product="Watch")
    company.won("Sam", "30000", day(11, 5), name="北海涂料一期", account="Lakeshore Foods")
    company.quota("Dana", day(11, 1), "60000")
    company.quota("Dana", day(10, 1), "60000")
    water = company.open(
        "Dana",
        "380000 CNY",
        "Pilot",
        close=day(12, 25),
        name="华东水务扩容",
        next_step="发合同",
        next_step_due=day(11, 10),
        competitor="西门子",
    )
    company.open("Dana", None, "Discovery", close=day(11, 2), account="Brandt Paper", name="翠湖水泥监测")
    company.open("Dana", "80000", "Proposal", close=day(12, 1), account="Lakeshore Foods", name="北海涂料改造")
    account = company.accounts["Acme"]
    (contact,) = company.add(Contact(account_id=account, name="罗卫东", title="财务总监"))
    company.add(
        OpportunityContact(opportunity_id=water, contact_id=contact, role="economic_buyer"),
        Activity(
            kind="email",
            direction="in",
            occurred_at=NOW,
            person_id=company.people["Dana"],
            account_id=account,
            opportunity_id=water,
            contact_id=contact,
            note="要求分两批交货",
        ),
    )
    with company.database.writing() as session:
        for model, names in CHINESE_NAMES.items():
            _rename(session, model, names)
        session.get_one(Person, company.people["Sam"]).locale = "zh"


def _rename(session: Session, model: type[SQLModel], names: dict[str, str]) -> None:
    for row in session.exec(select(model)).all():
        row.name = names[row.name]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "skill", "holds"),
    [
        ("我的商机", "pipeline", "3个在跟商机"),
        ("这个月预计能成交的单子", "pipeline", "预计2026年11月成交"),
        ("我这个季度完成多少了", "quota", "你2026年第4季度的指标完成率是"),
        ("我离目标还差多少", "quota", "还差"),
        ("我本月成交了多少", "booked", "2026年11月赢单$45,000，共1单（你本人）"),
        ("今年一共成交多少", "booked", "2026年赢单"),
        ("最近3个月成交多少", "booked", "最近3个月赢单"),
        ("业绩排名", "leaderboard", "第一名：王芳"),
        ("谁的完成率最高", "leaderboard", "指标完成率"),
        ("各团队排名", "leaderboard", "第一名：华东团队"),
        ("今天我要做什么", "today", "你有3个商机需要处理。"),
        ("看看华东水务扩容的进展", "opportunity", "罗卫东（财务总监）：经济决策人"),
        ("准备一下 华东水务扩容 的电话", "prep", "罗卫东，财务总监（经济决策人）"),
        ("华东水务扩容的金额改成50万", "update", "金额 ¥380,000 → ¥500,000"),
        ("华东水务扩容赢单了", "update", "请确认：华东水务扩容：赢单，¥380,000。"),
        ("华东水务扩容丢单了", "update", "为什么丢单？"),
        ("新建商机 北海涂料 30万", "create", "请确认：新建商机"),
        ("给华东水务扩容发了邮件", "log", "记录邮件：华东水务扩容。"),
        ("每周一和周四9点给我发排行榜", "schedule", "首次发送：2026年11月19日（周四）09:00"),
        ("每天给我发排行榜", "schedule", "几点？"),
        ("我的订阅", "reports", "目前没有定时发给你的报告。"),
        ("撤销", "undo", "你没有可以撤销的修改。"),
        ("我可以给多少折扣？", "ask", "知识库里没有这个内容。"),
        ("客户说太贵了怎么办", "objection", "知识库里没有这个内容。"),
        ("帮助", "help", "我能做这些。"),
        ("帮我删除华东水务扩容", "", "我不删除记录"),
        ("午饭吃什么", "ask", "知识库里没有这个内容。"),
    ],
)  # fmt: skip
def test_a_chinese_question_gets_a_chinese_answer(talk: Talk, words: str, skill: str, holds: str) -> None:
    reply = talk(words)
    assert reply["skill"] == skill
    assert holds in reply["text"]
    assert english_words(reply["text"]) == []
    assert not re.search(r"[一-龥][,:;!?]|[,:;!?][一-龥]|[一-龥]\.(?:\s|$)", reply["text"])


def test_a_change_and_its_undo_are_told_in_chinese(talk: Talk) -> None:
    done = talk("华东水务扩容预测改成最佳情况")
    assert done["text"].startswith("华东水务扩容：预测类别 潜在 → 最佳情况。")
    assert done["changes"] == [
        {"record": "opportunity 华东水务扩容", "field": "category", "old": "pipeline", "new": "best_case"}
    ]
    undone = talk("撤销")
    assert undone["text"] == "已撤销：华东水务扩容已恢复原样。"


def test_the_days_of_a_report_are_words(talk: Talk) -> None:
    reply = talk("每周一和周四8:30给我发排行榜")
    assert "周一和周四" in reply["text"]
    assert english_words(reply["text"]) == []
    assert talk("撤销")["text"] == "已撤销：定时报告已恢复原样。"


def test_the_working_days_of_a_report_are_words(talk: Talk) -> None:
    reply = talk("每个工作日8:30给我发排行榜")
    assert "工作日08:30" in reply["text"]
    assert english_words(reply["text"]) == []
    assert talk("撤销")["text"] == "已撤销：定时报告已恢复原样。"


def test_what_is_refused_is_refused_in_chinese(talk: Talk) -> None:
    reply = talk("李娜的商机")
    assert reply["status"] == "refused"
    assert "你无权查看这些记录（李娜）。" in reply["text"]
    assert english_words(reply["text"]) == []


@pytest.mark.parametrize("name", sorted(name for name, skill in CATALOG.items() if skill.listed))
def test_help_of_every_command_is_in_chinese(talk: Talk, name: str) -> None:
    reply = talk(f"帮助 {name}", "孙磊" if CATALOG[name].needs is Role.REP else "周薇")
    assert reply["text"].startswith(f"{name}：")
    assert set(english_words(reply["text"])) <= PARAMETERS | VALUES | EXAMPLES


def test_money_and_moments_are_written_as_in_chinese() -> None:
    chinese = get_language("zh-CN")
    assert render(value(Money(123450, "CNY")), chinese) == "¥1,234.50"
    assert render(value(Money(-90000, "USD")), chinese) == "-$900"
    assert render(value(Money(1500, "JPY")), chinese) == "JP¥1,500"
    assert render(value(day(11, 3)), chinese) == "2026年11月3日"
    assert render(Moment(value=NOW, zone="Asia/Shanghai"), chinese) == "2026年11月18日（周三）23:00"
    assert render(value(Money(123450, "CNY")), get_language("en")) == "CN¥1,234.50"
