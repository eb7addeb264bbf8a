"""A card is read by those it is written for, in a channel by all who read along."""

from collections.abc import Iterator

import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings
from skills.answer import Quote, Status
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.runner import Assistant, Reply
from store.channels import set_channel_members
from store.scope import Scope
from tests.skills.company import NOW, Asking, Company, notes

CARDS = {
    "floor.md": ("[managers]", "Discount floor", "What is our discount floor?", "The discount floor is 31 percent."),
    "lunch.md": ("[sales]", "Sales lunch", "When is the sales lunch?", "The sales lunch is on Thursdays at 12:40."),
    "address.md": ("[everyone]", "Visitors", "Where do visitors park?", "Visitors park behind gate 6."),
    "beta.md": ("[Beta]", "Beta stand-up", "When is the beta stand-up?", "The beta stand-up is at 09:10."),
    "dana.md": (
        "[Dana Whitfield]",
        "Coaching notes",
        "What are the coaching notes?",
        "Coaching: ask one question more.",
    ),
    "plain.md": ("", "Badge colours", "Which colour are our badges?", "Our badges are teal."),
}


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    playbook = tmp_path_factory.mktemp("playbook")
    for name, (audience, title, question, words) in CARDS.items():
        front = f"audience: {audience}\n" if audience else ""
        (playbook / name).write_text(
            f"---\ntitle: {title}\n{front}questions: ['{question}']\n---\n\n# {title}\n\n{words}\n"
        )
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path_factory.mktemp("home")), lambda: NOW) as knowledge:
        knowledge.add([playbook])
        yield knowledge


@pytest.fixture
def asking(company: Company, knowledge: KnowledgeBase) -> Asking:
    return Asking(company, Assistant(company.database, knowledge, CATALOG, lambda: NOW))


def quoted(reply: Reply) -> str:
    return " ".join(block.text for block in reply.answer.blocks if isinstance(block, Quote))


def in_channel(company: Company, *names: str, strangers: int = 0) -> Audience:
    with company.database.writing() as session:
        people = [company.people[name] for name in names]
        set_channel_members(session, "C1", "deals", people, strangers=strangers, now=NOW)
    return Audience(channel="C1", name="#deals", scope=Scope.of(()))


@pytest.mark.parametrize(
    ("card", "may", "may_not"),
    [
        ("floor.md", ("Vera", "Mara"), ("Dana",)),
        ("lunch.md", ("Vera", "Dana", "Eva"), ()),
        ("beta.md", ("Eva", "Ken"), ("Dana", "Vera")),
        ("dana.md", ("Dana",), ("Mara", "Sam")),
        ("plain.md", ("Sam",), ()),
    ],
)
def test_alone_one_reads_what_is_written_for_one(
    asking: Asking, card: str, may: tuple[str, ...], may_not: tuple[str, ...]
) -> None:
    _, title, question, words = CARDS[card]
    for who in may:
        assert words in quoted(asking(who, "ask", question=question)), who
    for who in may_not:
        reply = asking(who, "ask", question=question)
        assert words not in quoted(reply), who
        assert title not in reply.model_dump_json(), who


def test_in_a_channel_the_least_entitled_reader_counts(asking: Asking) -> None:
    _, title, question, words = CARDS["floor.md"]
    managers = in_channel(asking.company, "Mara", "Ken")
    assert words in quoted(asking("Mara", "ask", audience=managers, question=question))
    mixed = in_channel(asking.company, "Mara", "Dana")
    reply = asking("Mara", "ask", audience=mixed, question=question)
    assert words not in quoted(reply)
    assert title not in reply.model_dump_json()
    assert "Ask me in a direct message" in notes(reply)


def test_who_may_not_read_it_is_not_told_that_there_is_more(asking: Asking) -> None:
    mixed = in_channel(asking.company, "Mara", "Dana")
    reply = asking("Dana", "ask", audience=mixed, question=CARDS["floor.md"][2])
    assert reply.answer.status is Status.REFUSED or "31 percent" not in quoted(reply)
    assert "direct message" not in notes(reply)


def test_where_strangers_read_along_only_what_is_for_everyone_is_quoted(asking: Asking) -> None:
    shared = in_channel(asking.company, "Mara", "Dana", strangers=1)
    assert CARDS["address.md"][3] in quoted(asking("Dana", "ask", audience=shared, question=CARDS["address.md"][2]))
    assert CARDS["lunch.md"][3] not in quoted(asking("Dana", "ask", audience=shared, question=CARDS["lunch.md"][2]))


def test_a_channel_that_was_never_looked_at_is_full_of_strangers(asking: Asking) -> None:
    unknown = Audience(channel="C9", name="#new", scope=Scope.of(()))
    assert CARDS["lunch.md"][3] not in quoted(asking("Dana", "ask", audience=unknown, question=CARDS["lunch.md"][2]))


def test_an_objection_is_answered_from_cards_for_those_who_listen(asking: Asking) -> None:
    reply = asking("Dana", "objection", objection="what is your discount floor")
    assert "31 percent" not in reply.model_dump_json()
