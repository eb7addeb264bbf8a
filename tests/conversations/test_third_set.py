"""Messages about figures, reports and knowledge by somebody who had not seen how they are understood."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings
from tests.conversations.company import NOW
from tests.conversations.conftest import begun
from tests.conversations.measure import Verdict, is_held_out, judge_values, read_conversations, share

THIRD = Path(__file__).parent / "third_set.jsonl"
DEMO = Path(__file__).parents[2] / "knowledge_base" / "demo"
CARDS = (
    "competitors/pulsegrid.md",
    "discovery/meddpicc.md",
    "objections/competitor-half-price.md",
    "objections/data-not-leave-china.zh.md",
    "objections/domestic-brand.zh.md",
    "objections/too-expensive.md",
    "onboarding/path.md",
    "pricing/discount-authority.md",
    "process/acceptance-and-collection.zh.md",
    "process/quote.md",
    "stages/pilot.md",
)


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The cards of the demo playbook that the messages speak of."""
    playbook = tmp_path_factory.mktemp("playbook")
    for name in CARDS:
        card = playbook / name
        card.parent.mkdir(exist_ok=True)
        card.write_bytes((DEMO / name).read_bytes())
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path_factory.mktemp("cards")), lambda: NOW) as base:
        base.add([playbook])
        yield base


@pytest.fixture(scope="module")
def verdicts(
    second_filled: Path, cards: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Verdict]]:
    """Of the second company, which has these cards."""
    found: dict[str, list[Verdict]] = {"known": [], "held out": []}
    with begun(second_filled, cards, tmp_path_factory.mktemp("company") / "third.db") as begin:
        for conversation in read_conversations(THIRD):
            talk = begin()
            for message in conversation:
                reply = talk(message["text"], message["as"], thread=message.get("thread"), channel=message.get("in"))
                found["held out" if is_held_out(message["line"]) else "known"].append(_judge(message, reply))
    return found


def _judge(message: Mapping[str, Any], reply: Mapping[str, Any]) -> Verdict:
    """As `judge_values`; whatever was done counts as written, and with anything else than meant as written wrongly.

    `written` are values that a change, or its preview, sets, in any of its fields.
    """
    verdict = judge_values(message, reply)
    new = [change["new"] for change in reply["changes"]]
    slots = verdict.slots and (
        reply["status"] not in {"done", "confirm"} or all(value in new for value in message.get("written", ()))
    )
    wanted = message["status"] if isinstance(message["status"], list) else [message["status"]]
    wrote = reply["status"] == "done"
    return replace(
        verdict, slots=slots, wrote_wrongly=wrote and ("done" not in wanted or not verdict.skill or not slots)
    )


def test_messages_about_reports_and_knowledge_write_nothing_wrongly(verdicts: dict[str, list[Verdict]]) -> None:
    everything = [verdict for part in verdicts.values() for verdict in part]
    assert [f"{v.id} {v.text}: {v.said}" for v in everything if v.wrote_wrongly] == []


def test_most_messages_about_reports_and_knowledge_are_understood(verdicts: dict[str, list[Verdict]]) -> None:
    everything = [verdict for part in verdicts.values() for verdict in part]
    assert share(everything, "wrote_wrongly") <= 0.012
    assert share(verdicts["known"], "skill") >= 0.8
    assert share(verdicts["known"], "right") >= 0.77
    assert share(verdicts["held out"], "skill") >= 0.75
    assert share(verdicts["held out"], "right") >= 0.7
    assert share(everything, "asked_needlessly") <= 0.01
