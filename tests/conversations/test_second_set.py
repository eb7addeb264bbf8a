"""Messages written by somebody who had not seen how they are understood, over a second company."""

import pytest

from tests.conversations.conftest import Begin
from tests.conversations.measure import SECOND, Verdict, is_held_out, judge_values, read_conversations, share


@pytest.fixture
def verdicts(begin_second: Begin) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {"known": [], "held out": []}
    for conversation in read_conversations(SECOND):
        talk = begin_second()
        for message in conversation:
            reply = talk(message["text"], message["as"], thread=message.get("thread"), channel=message.get("in"))
            found["held out" if is_held_out(message["line"]) else "known"].append(judge_values(message, reply))
    return found


def test_fresh_messages_write_nothing_wrongly_and_most_are_understood(verdicts: dict[str, list[Verdict]]) -> None:
    everything = [verdict for part in verdicts.values() for verdict in part]
    assert [f"{v.id} {v.text}: {v.said}" for v in everything if v.wrote_wrongly] == []
    assert share(verdicts["known"], "skill") >= 0.97
    assert share(verdicts["known"], "right") >= 0.95
    assert share(verdicts["held out"], "skill") >= 0.9
    assert share(verdicts["held out"], "right") >= 0.8
    assert share(everything, "asked_needlessly") <= 0.03
