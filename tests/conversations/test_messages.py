"""What people write, over a small company: nothing is ever written wrongly, and most of it is understood."""

import pytest

from tests.conversations.conftest import Begin
from tests.conversations.measure import Verdict, is_held_out, judge, read_conversations, share


@pytest.fixture
def verdicts(begin: Begin) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {"known": [], "held out": []}
    for number, conversation in enumerate(read_conversations()):
        talk = begin()
        for message in conversation:
            reply = talk(message["text"], message["as"], thread=message.get("thread"), channel=message.get("in"))
            found["held out" if is_held_out(number) else "known"].append(judge(message, reply))
    return found


def test_nothing_is_written_wrongly_and_most_is_understood(verdicts: dict[str, list[Verdict]]) -> None:
    everything = [verdict for part in verdicts.values() for verdict in part]
    assert [f"{v.id} {v.text}: {v.said}" for v in everything if v.wrote_wrongly] == []
    assert share(verdicts["known"], "skill") >= 0.95
    assert share(verdicts["known"], "right") >= 0.93
    assert share(verdicts["held out"], "skill") >= 0.9
    assert share(verdicts["held out"], "right") >= 0.85
    assert share(everything, "asked_needlessly") <= 0.03
