"""Stages as people call them: "verbal", "dead", "closed won", 谈判."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.models import Stage, Status


@dataclass(frozen=True)
class Informal:
    """What people say, and the stages that it can stand for: of a kind, or with a word in their names, best first."""

    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    kinds: tuple[Status, ...] = ()
    sure: bool = True
    """Whether it only names the stage in other words; otherwise it is a guess."""


INFORMAL = (
    Informal(
        (
            "won",
            "closed won",
            "close won",
            "closed-won",
            "signed",
            "we won",
            "win",
            "is ours",
            "sold",
            "赢",
            "赢了",
            "赢单",
            "成交",
            "签了",
            "签单",
            "签约",
            "已签约",
            "签下来了",
            "中标",
            "中标了",
            "拿下",
            "拿下了",
            "搞定",
        ),
        kinds=(Status.WON,),
    ),
    Informal(
        (
            "lost",
            "closed lost",
            "close lost",
            "closed-lost",
            "dead",
            "died",
            "killed",
            "lose",
            "we lost",
            "went cold",
            "ghosted us",
            "fell through",
            "丢单",
            "丢了",
            "输单",
            "输了",
            "失败",
            "黄了",
            "没戏",
            "没戏了",
        ),
        kinds=(Status.LOST,),
    ),
    Informal(
        ("closed", "close", "close it", "done", "finished", "关闭", "结束", "关单", "关掉", "结单"),
        kinds=(Status.WON, Status.LOST),
    ),
    Informal(
        ("verbal", "verbal yes", "verbal ok", "verbal commit", "verbally agreed", "口头同意", "口头答应", "口头承诺"),
        names=("verbal", "commit", "negotiat", "contract", "closing"),
        sure=False,
    ),
    Informal(
        (
            "in legal",
            "legal",
            "with legal",
            "in contract",
            "contract",
            "contracting",
            "contracts",
            "redlines",
            "paperwork",
            "paper process",
            "procurement",
            "in procurement",
            "法务",
            "合同",
            "走合同",
            "合同阶段",
            "采购流程",
        ),
        names=("legal", "contract", "negotiat", "closing", "procurement"),
        sure=False,
    ),
    Informal(
        ("proposal", "proposals", "报价", "已报价", "提案", "方案", "方案报价", "报价阶段", "方案阶段"),
        names=("proposal", "quote", "offer", "报价", "方案"),
    ),
    Informal(
        ("quote", "quoted", "quote sent", "quoting", "offer", "offer sent", "pricing", "proposal sent"),
        names=("quote", "proposal", "offer"),
        sure=False,
    ),
    Informal(
        ("negotiation", "negotiations", "negotiating", "nego", "谈判", "谈判中", "议价", "商务谈判", "谈判阶段"),
        names=("negotiat", "谈判"),
    ),
    Informal(
        ("pilot", "piloting", "试点", "试点阶段", "试用"),
        names=("pilot", "trial", "试点"),
    ),
    Informal(
        ("trial", "poc", "proof of concept", "evaluation", "eval"),
        names=("trial", "poc", "pilot", "evaluation"),
        sure=False,
    ),
    Informal(
        ("discovery", "disco", "需求", "需求调研", "需求分析", "初步接触", "线索"),
        names=("discovery", "needs", "prospect", "需求"),
    ),
    Informal(
        ("qualified", "qualification", "qualify", "qual", "已确认", "合格", "确认意向"),
        names=("qualif", "合格", "确认"),
    ),
    Informal(("demo", "demoing", "demo done", "演示"), names=("demo", "evaluation", "presentation"), sure=False),
)
"""Add what your team says here. The organisation's own stage names always come first."""


FORWARD = frozenset(["next", "next stage", "the next stage", "forward", "下一阶段", "下一个阶段", "下个阶段"])
BACKWARD = frozenset(
    ["previous", "previous stage", "the previous stage", "back a stage", "one stage back", "上一阶段", "上一个阶段"]
)
REOPENED = frozenset(["open", "reopen", "reopened", "open again", "重新打开", "重启", "重开"])


@dataclass(frozen=True)
class Meant:
    """The stages that informal words stand for; several where they leave open which."""

    stages: tuple[Stage, ...]
    sure: bool


def informal_stages(words: str, stages: Sequence[Stage]) -> Meant:
    """What the words stand for among the organisation's stages; nothing when they are no such words."""
    said = re.sub(r"\s+", " ", words.strip().casefold().strip(".!。！"))
    for entry in INFORMAL:
        if said not in entry.words:
            continue
        if entry.kinds:
            return Meant(tuple(stage for kind in entry.kinds for stage in stages if stage.kind == kind), entry.sure)
        for name in entry.names:
            found = tuple(stage for stage in stages if name in stage.name.casefold() and stage.kind == Status.OPEN)
            if found:
                return Meant(found[:1], entry.sure)
    return Meant((), sure=False)
