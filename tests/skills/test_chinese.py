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
ALLOWED = {*CATALOG, "USD", "CNY", "EUR", "America", "New_York", "WAPE"}
"""Commands, currencies, the name of a time zone and that of a measure are the same in every language."""
PARAMETERS = {name for skill in CATALOG.values() for name in skill.params.model_fields}
VALUES = set(
    re.findall(
        r"\w+",
        """
        booked attainment deals rep manager team month region quarter product source competitor customer in out both
        here units margin collected pipeline_created new_accounts activities improved target stretch challenge share
        evenly potential pipeline commit best case omitted closed value broad cohort over time direct overlay call
        email meeting demo note on off csv xlsx CSV XLSX Excel ABC usual rules precision day week done open show hide
        everyone sales managers Markdown yes
        """,
    )
)
"""What a parameter can be set to, where help explains it."""
EXAMPLES = {
    "acme",
    "dana",
    "Dana",
    "sales",
    "sam",
    "marcus",
    "Marcus",
    "Pulsegrid",
    "wins",
    "questions",
    "excel",
    "CSV",
    "Excel",
}
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
        ("早上好", "morning", "早上好！今天到期"),
        ("周一承诺", "week", "本周"),
        ("周五复盘", "review", "没有计划，也没有赢单或丢单（你本人）"),
        ("预测汇总", "rollup", "只有经理才能这样做。"),
        ("上个月的月结报告", "close", "只有经理才能这样做。"),
        ("哪些商机有风险", "risks", "在跟商机"),
        ("这个季度的预测", "forecast", "2026年第4季度预计落点约"),
        ("我这个季度承诺32万", "submit", "你2026年第4季度的承诺是"),
        ("我们的预测准不准", "accuracy", "还无法衡量预测准确度"),
        ("看一下第四季度的目标", "targets", "2026年第4季度"),
        ("本季度商机够不够完成指标", "coverage", "2026年第4季度"),
        ("11月1日以来的瀑布图", "waterfall", "在跟商机"),
        ("自周一以来有什么变化", "changes", "变化"),
        ("哪些单子一再推迟", "slippage", "延期"),
        ("我们的赢单率是多少", "winrate", "赢单率"),
        ("我们的销售周期有多长", "cycle", "没有销售周期（全公司）"),
        ("我们的销售速度是多少", "velocity", "销售速度"),
        ("销售漏斗", "funnel", "2026年"),
        ("客户集中度", "concentration", "最大的20%"),
        ("本周打了多少电话", "activity", "电话"),
        ("赢单率是怎么算的", "math", "计算方法"),
        ("写华东水务一期的战报", "winpost", "华东水务一期的战报草稿"),
        ("我有哪些卡片需要复核？", "verify", "没有由你负责的卡片。"),
        ("考考我", "quiz", "知识库里还没有可出题的卡片。"),
        ("我的新人路径走到哪一步了", "onboarding", "入职日期"),
        ("打开新人模式", "learning", "新人模式已开启"),
        ("设置免打扰时间22:00到7:00", "quiet", "22:00到07:00不会主动给你发报告"),
        ("晚上7点到早上8点不要发报告", "quiet", "19:00到08:00不会主动给你发报告"),
        ("晚上12点到早上8点不要发报告", "quiet", "00:00到08:00不会主动给你发报告"),
        ("在#sales里问：我们发货到挪威吗？", "enquire", "“我们发货到挪威吗？”将转给#sales"),
        ("不要在排行榜上显示我", "boards", "别人看到的排行榜不显示你的名字"),
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


@pytest.mark.parametrize(
    ("words", "skill", "holds"),
    [
        ("预测汇总", "rollup", "2026年第4季度预测汇总"),
        ("上个月的月结报告", "close", "2026年10月总结"),
        ("给我看看每日摘要", "digest", "值得表扬"),
        ("知识库里哪些问题没人回答", "gaps", "没有等待回答的问题。"),
        ("风险规则有哪些", "risks", "条预警"),
        ("把停滞的阈值设为30天", "threshold", "“停滞”从30天开始预警"),
    ],
)
def test_what_managers_and_administrators_ask_is_answered_in_chinese(
    talk: Talk, words: str, skill: str, holds: str
) -> None:
    reply = talk(words, "周薇")
    assert reply["skill"] == skill
    assert holds in reply["text"]
    assert english_words(reply["text"]) == []


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
    assert "排行榜" in reply["text"]
    assert "leaderboard" not in reply["text"]
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
