"""Questions that go on in a thread keep their subject; those that stand alone are left alone."""

import json
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase
from knowledge_base.follow_up import get_joined, goes_on


@pytest.mark.parametrize(
    "text",
    [
        "and for resellers?",
        "那经销商呢",
        "what about 20%?",
        "how long does it take?",
        "in China?",
        "by when?",
        "那20%呢？",
    ],
)
def test_a_question_that_says_little_goes_on(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "How much discount can I give?",
        "who approves a discount above 15 %",
        "thanks",
        "hello",
        "",
        "???",
        "我可以给多少折扣？",
        "客户拖着不验收怎么办？",
        "and what must be true before an opportunity may move from Proposal to Negotiation in Germany",
    ],
)
def test_a_question_of_its_own_does_not(text: str) -> None:
    assert not goes_on(text)


@pytest.mark.parametrize(
    ("after", "text", "joined"),
    [
        ("How much discount can I give?", "and for resellers?", "How much discount can I give for resellers?"),
        ("What does Watch cost per machine?", "and Predict?", "What does Predict cost per machine?"),
        ("How do we win against MachineMind?", "what about PulseGrid?", "How do we win against PulseGrid?"),
        ("Who approves 12%?", "and 20%?", "Who approves 20%?"),
        ("我可以给多少折扣？", "那经销商呢", "我可以给多少折扣，经销商？"),
        ("Watch 每台每年多少人民币？", "那 Predict 呢？", "Predict 每台每年多少人民币？"),
    ],
)
def test_the_subject_is_kept_and_what_is_of_one_kind_replaced(after: str, text: str, joined: str) -> None:
    assert get_joined(text, after, {"product": ["Predict", "Watch"]}) == joined


def test_in_a_thread_more_is_answered_rightly_than_alone(demo: KnowledgeBase) -> None:
    rows = [json.loads(line) for line in (Path(__file__).parent / "follow_ups.jsonl").read_text().splitlines()]
    alone = in_thread = 0
    for row in rows:
        for after in (None, row["after"]):
            answer = demo.ask(row["text"], after=after)
            if row["file"] is None:
                right = answer.band != "sure"
            else:
                right = bool(answer.citations) and answer.citations[0].file == row["file"]
                right = right and any(words in answer.citations[0].quote for words in row.get("holds", [""]))
            alone, in_thread = alone + (right and after is None), in_thread + (right and after is not None)
            if row.get("own"):
                assert answer.understood is None, row
    assert in_thread >= alone + 3
    assert in_thread >= 0.7 * len(rows)


def test_a_follow_up_to_what_is_not_there_is_never_sure(demo: KnowledgeBase) -> None:
    answer = demo.ask("and for astronauts?", after="How much discount can I give?")
    assert answer.band != "sure"
    assert demo.ask("thanks", after="How much discount can I give?").status == "refused"
