"""What helps before and in a call: the playbook, objections, call plans, today's list, help."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings
from skills.answer import Quote, Status
from skills.catalog import CATALOG
from skills.runner import Assistant, Reply
from store.models import Activity, Contact, OpportunityContact, Role
from tests.skills.company import NOW, Asking, Company, bullets, buttons, day, english, facts, headline, notes

CARDS = Path(__file__).parents[2] / "knowledge_base" / "demo"
SOME = (
    "objections/too-expensive.md",
    "objections/competitor-half-price.md",
    "competitors/pulsegrid.md",
    "stages/proposal.md",
    "pricing/payment-terms.md",
    "pricing/price-list-fy2026.md",
)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A few cards of the demo playbook, indexed."""
    playbook = tmp_path_factory.mktemp("playbook")
    for name in SOME:
        card = playbook / name
        card.parent.mkdir(exist_ok=True)
        card.write_bytes((CARDS / name).read_bytes())
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path_factory.mktemp("home")), lambda: NOW) as knowledge:
        knowledge.add([playbook])
        yield knowledge


@pytest.fixture
def asking(company: Company, knowledge: KnowledgeBase) -> Asking:
    return Asking(company, Assistant(company.database, knowledge, CATALOG, lambda: NOW))


@pytest.fixture
def line(company: Company) -> int:
    """An opportunity at Proposal with a competitor, a champion and an overdue next step."""
    deal = company.open(
        "Dana",
        "52000",
        "Proposal",
        close=day(12, 4),
        account="Brandt Paper",
        name="Brandt line 3",
        competitor="Pulsegrid",
        next_step="Send the quote",
        next_step_due=day(11, 13),
        opened_on=day(9, 1),
    )
    (contact,) = company.add(Contact(name="Ute Berg", title="Maintenance", account_id=company.accounts["Brandt Paper"]))
    company.add(OpportunityContact(opportunity_id=deal, contact_id=contact, role="champion"))
    company.add(
        Activity(
            kind="call",
            direction="out",
            occurred_at=NOW,
            note="no answer",
            person_id=company.people["Dana"],
            opportunity_id=deal,
        )
    )
    return deal


def quotes(reply: Reply) -> str:
    return "\n".join(block.text for block in reply.answer.blocks if isinstance(block, Quote))


def test_the_playbook_is_quoted_exactly_with_its_place(asking: Asking) -> None:
    reply = asking("Sam", "ask", question="what are our payment terms?")
    assert reply.answer.status is Status.ANSWER
    citation = reply.answer.citations[0]
    source = (CARDS / citation.file).read_text("utf-8")
    assert source[citation.start : citation.end] == citation.quote
    assert citation.quote in quotes(reply)
    assert "Owner:" in notes(reply)


def test_what_is_not_written_down_is_not_answered(asking: Asking) -> None:
    reply = asking("Sam", "ask", question="who won the football world cup in 1998?")
    assert reply.answer.status is Status.REFUSED
    assert headline(reply) == "That is not in the knowledge base."
    assert reply.answer.citations == ()


def test_an_objection_is_answered_in_the_order_of_the_conversation(asking: Asking, line: int) -> None:
    reply = asking("Dana", "objection", objection="we are too expensive", opportunity="brandt")
    assert headline(reply) == "**It's too expensive**: how to take it"
    sections = [citation.section.rsplit(" > ", 1)[-1] for citation in reply.answer.citations]
    assert sections == ["Acknowledge", "Explore", "Respond", "Proof", "Ask next"]
    for citation in reply.answer.citations:
        assert (CARDS / citation.file).read_text("utf-8")[citation.start : citation.end] == citation.quote
    note = buttons(reply)["Note it on Brandt line 3"]
    assert note is not None
    assert asking("Dana", note.skill, **note.params).answer.status is Status.DONE


def test_an_unknown_objection_gets_no_made_up_answer(asking: Asking) -> None:
    reply = asking("Dana", "objection", objection="your logo is green and my dog is afraid of it")
    assert reply.answer.status is Status.REFUSED


def test_a_call_plan_starts_from_the_gaps(asking: Asking, line: int) -> None:
    reply = asking("Dana", "prep", about="brandt")
    assert headline(reply) == "Call plan for **Brandt line 3**"
    assert facts(reply)["Next step"] == "Send the quote, due 13 Nov 2026"
    assert bullets(reply, "Who") == ["**Ute Berg**, Maintenance (champion)"]
    assert bullets(reply, "Gaps") == [
        "The next step was due 13 Nov 2026.",
        "They never answered, in 78 days.",
        "Nobody is known who can sign.",
        "Fewer than two people there were in touch since 19 Oct 2026.",
    ]
    assert "“Who signs for a sum like this, and what will they want to see first?”" in bullets(reply, "Ask")
    assert "Buyer has confirmed scope" in quotes(reply), "the exit criteria of the stage's card"
    assert bullets(reply, "Expect to hear")[0] == "“Another supplier offers it for half the price”"
    objection = buttons(reply)["“Another supplier offers it for half the price”"]
    assert objection is not None
    assert asking("Dana", objection.skill, **objection.params).answer.status is Status.ANSWER


def test_a_customer_without_an_opportunity_can_be_prepared_too(asking: Asking) -> None:
    reply = asking("Dana", "prep", about="lakeshore")
    assert headline(reply) == "**Lakeshore Foods** has no open opportunity. This is what is known for the call."


def test_a_plan_for_somebody_elses_call_is_not_given(asking: Asking, line: int) -> None:
    reply = asking("Eva", "prep", about=f"opportunity:{line}")
    assert reply.answer.status in (Status.REFUSED, Status.CLARIFY)
    assert "Ute" not in reply.answer.model_dump_json()


def test_today_lists_the_most_urgent_first_with_the_form_that_mends_it(
    asking: Asking, company: Company, line: int
) -> None:
    company.open("Dana", "9000", "Discovery", close=day(11, 1), account="Acme", name="Acme overdue")
    company.open("Dana", "9000", "Discovery", close=day(12, 1), account="Acme", name="Acme fine", next_step="call")
    company.open(
        "Dana",
        "9000",
        "Discovery",
        close=day(12, 1),
        account="Lakeshore Foods",
        name="Lake",
        next_step="visit",
        next_step_due=day(11, 18),
    )
    company.open("Sam", "9000", "Discovery", close=day(11, 1), account="Acme", name="Not mine")
    reply = asking("Dana", "today")
    assert headline(reply) == "3 of your opportunities need you."
    assert bullets(reply, "Due today") == ["**Lake**: visit"]
    assert bullets(reply, "Needs you") == [
        "**Acme overdue**: The close date 1 Nov 2026 has passed.",
        "**Brandt line 3**: The next step was due 13 Nov 2026.",
    ]
    assert list(buttons(reply))[:2] == ["Edit Acme", "Edit Brandt Paper"]


def test_a_quiet_day_is_said_to_be_one(asking: Asking) -> None:
    assert headline(asking("Dana", "today")).startswith("Nothing needs you today.")


def test_help_speaks_of_the_askers_own_customers(asking: Asking, line: int) -> None:
    reply = asking("Dana", "help")
    assert reply.answer.status is Status.HELP
    shown = "\n".join(english(item) for item in reply.answer.blocks[0].items)  # type: ignore[union-attr]
    assert "Brandt Paper" in shown
    assert "acme" not in shown
    for name, skill in CATALOG.items():
        assert (f"**{name}**" in shown) == (skill.listed and skill.needs is Role.REP)


def test_help_on_a_misspelt_command_offers_the_near_one(asking: Asking) -> None:
    reply = asking("Dana", "help", topic="leadbord")
    assert reply.answer.status is Status.CLARIFY
    chosen = reply.answer.choices[0].invocation
    assert (chosen.skill, chosen.params) == ("help", {"topic": "leaderboard"})
