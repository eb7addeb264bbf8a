"""The win post: drafted from what was written down, edited, asked about, posted once."""

from typing import Any

from sqlmodel import select

from skills.answer import Answer, Status
from skills.contract import Audience
from skills.runner import Reply, confirm, get_actor
from store.channels import set_channel_members
from store.models import Activity, CreditSplit, Delivery, Opportunity, Organisation, OutboxMessage, Person, Source
from store.outbox import mark_sending, mark_sent
from store.scope import Scope
from tests.skills.company import NOW, Asking, buttons, day, english, headline, notes
from tests.skills.test_digests import at, change, made


def channel(ask: Asking, name: str = "wins", *people: str) -> None:
    with ask.company.database.writing() as session:
        ids = [ask.company.people[who] for who in people or ("Dana", "Mara", "Sam")]
        set_channel_members(session, f"C1{name.upper()}", name, ids, now=NOW)


def deal(ask: Asking) -> int:
    """Won by Dana with Sam's help after it was pushed and went back once."""
    company = ask.company
    number = company.open(
        "Dana", "30000", "Discovery", name="Acme Watch", close=day(9, 20), competitor="Rival GmbH",
        product_id=company.products["Watch"],
    )  # fmt: skip
    made(ask, number)
    with company.database.writing() as session:
        session.get_one(Opportunity, number).opened_on = day(9, 1)
    change(ask, number, "Dana", at(10, 2), stage_id=company.stages["Pilot"])
    change(ask, number, "Dana", at(10, 9), stage_id=company.stages["Proposal"])
    change(ask, number, "Dana", at(10, 16), stage_id=company.stages["Pilot"], expected_close=day(11, 20))
    change(ask, number, "Dana", at(11, 2), stage_id=company.stages["Negotiation"])
    closed = {"status": "won", "category": "closed", "closed_on": day(11, 17), "booked_minor": 3000000}
    change(ask, number, "Dana", at(11, 17), stage_id=company.stages["Won"], **closed)
    company.add(
        CreditSplit(opportunity_id=number, person_id=company.people["Dana"], share=7000),
        CreditSplit(opportunity_id=number, person_id=company.people["Sam"], share=3000),
        *(
            Activity(kind=kind, occurred_at=at(10, 3), person_id=company.people["Dana"], opportunity_id=number)
            for kind in ("call", "call", "demo", "note")
        ),
    )
    return number


def draft_of(reply: Reply) -> list[str]:
    return [english(block.text) for block in reply.answer.blocks if block.type == "paragraph"]


def say_yes(ask: Asking, who: str, reply: Reply) -> Reply:
    token = next(action.token for action in reply.answer.actions if action.kind == "confirm")
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)


def posts(ask: Asking) -> list[OutboxMessage]:
    with ask.company.database.session() as session:
        return list(session.exec(select(OutboxMessage)).all())


def test_the_draft_tells_how_it_was_won(ask: Asking) -> None:
    deal(ask)
    reply = ask("Dana", "winpost", opportunity="acme")
    assert draft_of(reply) == [
        "Won: Acme Watch (Watch), $30,000",
        "By Dana Whitfield, together with Sam Osei (30%)",
        "It took 77 days, from 1 Sep 2026 to 17 Nov 2026",
        "The way: Discovery 1 Oct 2026; Proposal 9 Oct 2026; Pilot 16 Oct 2026; Negotiation 2 Nov 2026",
        "Turning points: back to Pilot on 16 Oct 2026; pushed to 20 Nov 2026 on 16 Oct 2026",
        "The work behind it: call × 2; demo × 1",
        "Won against Rival GmbH",
    ]
    assert reply.answer.private
    form = next(action for action in reply.answer.actions if action.kind == "form")
    assert form.invocation is not None
    assert form.invocation.skill == "post"
    assert form.invocation.params["words"].startswith("Won: Acme Watch")


def test_the_amount_can_be_left_out_by_the_organisation_or_by_whoever_asks(ask: Asking) -> None:
    deal(ask)
    assert draft_of(ask("Dana", "winpost", opportunity="acme", amount="hide"))[0] == "Won: Acme Watch (Watch)"
    with ask.company.database.writing() as session:
        session.get_one(Organisation, 1).posts_amounts = False
    reply = ask("Dana", "winpost")
    assert "30,000" not in " ".join(draft_of(reply))
    assert "The amount is left out." in notes(reply)
    assert draft_of(ask("Dana", "winpost", amount="show"))[0].endswith("$30,000")


def test_it_is_drafted_in_the_language_of_whoever_edits_it(ask: Asking) -> None:
    deal(ask)
    with ask.company.database.writing() as session:
        session.get_one(Person, ask.company.people["Dana"]).locale = "zh"
    assert "2026年11月17日" in " ".join(draft_of(ask("Dana", "winpost")))


def test_only_what_is_won_has_a_win_post(ask: Asking) -> None:
    assert ask("Dana", "winpost").answer.status is Status.REFUSED
    open_one = ask.company.open("Dana", "30000", "Pilot", name="Not yet")
    reply = ask("Dana", "winpost", opportunity=f"opportunity:{open_one}")
    assert headline(reply) == "**Not yet** is not won."


def test_the_edited_words_are_asked_about_and_then_owed_to_the_channel(ask: Asking) -> None:
    number = deal(ask)
    channel(ask)
    words: dict[str, Any] = {"opportunity": f"opportunity:{number}", "words": "We did it!\n<!channel> thanks, Sam"}
    reply = ask("Dana", "post", **words, channel="#wins")
    assert reply.answer.status is Status.CONFIRM
    assert "It will be posted to a channel." in notes(reply)
    assert posts(ask) == []
    done = say_yes(ask, "Dana", reply)
    assert done.answer.status is Status.DONE
    assert "Undo" in buttons(done)
    (owed,) = posts(ask)
    assert (owed.channel, owed.person_id, owed.status) == ("C1WINS", ask.company.people["Dana"], Delivery.WAITING)
    answer = Answer.model_validate_json(owed.answer)
    assert english(answer.headline) == "**We did it!**"
    assert [english(block.text) for block in answer.blocks if block.type == "paragraph"] == ["<!channel> thanks, Sam"]
    again = ask("Dana", "post", **words, channel="#wins")
    assert headline(again) == "That stands in #wins already."
    other = ask("Dana", "post", opportunity=f"opportunity:{number}", words="Better words")
    assert "goes to **#wins**" in headline(other)
    assert "There is a win post about it in #wins already." in notes(other)


def test_a_post_is_taken_back_only_until_it_is_sent(ask: Asking) -> None:
    number = deal(ask)
    channel(ask)
    for text in ("First", "Second"):
        say_yes(ask, "Dana", ask("Dana", "post", opportunity=f"opportunity:{number}", words=text, channel="#wins"))
    first = posts(ask)[0]
    undone = ask("Dana", "undo")
    assert undone.answer.status is Status.DONE
    assert headline(undone) == "Taken back: **the post** is as it was before."
    assert [row.id for row in posts(ask)] == [first.id]
    with ask.company.database.writing() as session:
        row = session.get_one(OutboxMessage, first.id)
        assert mark_sending(session, row, NOW)
    with ask.company.database.writing() as session:
        assert mark_sent(session, session.get_one(OutboxMessage, first.id), "1.1", NOW)
    late = ask("Dana", "undo")
    assert late.answer.status is Status.REFUSED
    assert len(posts(ask)) == 1


def test_nobody_posts_about_what_others_won_and_a_helper_may(ask: Asking) -> None:
    number = deal(ask)
    channel(ask, "wins", "Dana", "Mara", "Sam", "Lee", "Eva")
    words: dict[str, Any] = {"opportunity": f"opportunity:{number}", "words": "Ours", "channel": "#wins"}
    assert ask("Eva", "post", **words).answer.status is Status.REFUSED
    assert ask("Sam", "post", **words).answer.status is Status.CONFIRM
    assert ask("Mara", "post", **words).answer.status is Status.CONFIRM


def test_without_a_channel_fitting_ones_are_offered(ask: Asking) -> None:
    deal(ask)
    channel(ask, "general")
    channel(ask, "big-wins")
    reply = ask("Dana", "post", words="Ours")
    assert reply.answer.status is Status.CLARIFY
    assert [english(choice.label) for choice in reply.answer.choices] == ["#big-wins", "#general"]
    assert reply.answer.choices[0].invocation.params["words"] == "Ours"


def test_a_draft_in_a_channel_is_for_the_asker_and_hidden_where_not_all_may_see(ask: Asking) -> None:
    deal(ask)
    nobody = Audience(channel="C1", name="#x", scope=Scope.of(()))
    reply = ask("Dana", "winpost", audience=nobody)
    assert reply.answer.private
    assert "30,000" not in str(draft_of(reply))


def test_winning_offers_the_post(ask: Asking) -> None:
    number = ask.company.open("Dana", "30000", "Negotiation", name="Soon")
    done = say_yes(ask, "Dana", ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Won"))
    offer = buttons(done)["Write the win post"]
    assert offer is not None
    assert (offer.skill, offer.params) == ("winpost", {"opportunity": f"opportunity:{number}"})
