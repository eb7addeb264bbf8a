"""Sharing the credit for an opportunity: the words, the change, the money, and taking it back."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from skills.answer import Status, Table
from skills.contract import Audience
from skills.errors import Unclear
from skills.references.shares import even_shares, read_shares
from skills.runner import Reply, confirm, get_actor
from store.ledger import parts
from store.models import CreditSplit, Person, Source
from tests.skills.company import Asking, day, english, facts, figure, headline, notes, rows

SHARES = (
    st.lists(st.integers(1, 2000), min_size=1, max_size=6)
    .map(lambda some: [*some, 10_000 - sum(some)])
    .filter(lambda shares: shares[-1] > 0)
)


def said_yes(ask: Asking, who: str, reply: Reply) -> Reply:
    token = next(action.token for action in reply.answer.actions if action.kind == "confirm")
    with ask.company.database.session() as session:
        person = session.get_one(Person, ask.company.people[who])
        actor = get_actor(session, person)
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)


def held(ask: Asking) -> dict[str, int]:
    names = {number: name for name, number in ask.company.people.items()}
    with ask.company.database.session() as session:
        return {names[row.person_id]: row.share for row in session.exec(select(CreditSplit))}


@given(st.integers(-(10**12), 10**12), SHARES)
def test_parts_add_up_to_the_amount_and_are_within_one_of_their_share(minor: int, shares: list[int]) -> None:
    found = parts(minor, shares)
    assert sum(found) == minor
    assert all(abs(part - Fraction(minor * share, 10_000)) < 1 for part, share in zip(found, shares, strict=True))


def test_one_cent_goes_to_the_largest_remainder() -> None:
    assert parts(100, [3334, 3333, 3333]) == (34, 33, 33)
    assert parts(101, [5000, 5000]) == (51, 50)
    assert parts(1, [1000, 9000]) == (0, 1)


@given(st.integers(1, 50))
def test_even_shares_are_a_whole(count: int) -> None:
    assert sum(even_shares(count)) == 10_000


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("60/40 between dana and marcus", [("dana", 6000), ("marcus", 4000)]),
        ("dana 60%, marcus 40%", [("dana", 6000), ("marcus", 4000)]),
        ("60% dana and 40% marcus", [("dana", 6000), ("marcus", 4000)]),
        ("dana 33.33 sam 33.33 lee 33.34", [("dana", 3333), ("sam", 3333), ("lee", 3334)]),
        ("evenly between dana, marcus and sam", [("dana", 3334), ("marcus", 3333), ("sam", 3333)]),
        ("25% to sam", [("sam", 2500)]),
        ("60/40 分给 dana 和 marcus", [("dana", 6000), ("marcus", 4000)]),
        ("dana 占 ６０％，sam 占 40%", [("dana", 6000), ("sam", 4000)]),
        ("dana 和 sam 平分", [("dana", 5000), ("sam", 5000)]),
        ("none", []),
    ],
)
def test_shares_are_read_as_people_say_them(words: str, meant: list[tuple[str, int]]) -> None:
    assert [(one.name, one.share) for one in read_shares(words)] == meant


@pytest.mark.parametrize("words", ["60/40", "dana and sam", "dana", "evenly", "60/30/10 dana and sam", "dana 60, sam"])
def test_words_that_leave_open_who_gets_what_are_asked_about(words: str) -> None:
    with pytest.raises(Unclear):
        read_shares(words)


def test_a_split_shows_the_money_before_it_is_made_and_credits_each_with_a_part(ask: Asking) -> None:
    ask.company.won("Dana", "1000.01", day(11, 2), name="Acme pilot")
    reply = ask("Mara", "split", opportunity="acme pilot", shares="50/50 between dana and sam")
    assert reply.answer.status is Status.CONFIRM
    assert "It changes who is credited." in notes(reply)
    assert rows(reply) == [["Dana Whitfield", "50%", "$500.01"], ["Sam Osei", "50%", "$500"]]
    done = said_yes(ask, "Mara", reply)
    assert headline(done) == "**Acme pilot** is credited to Dana Whitfield 50% and Sam Osei 50%."
    assert figure(ask("Dana", "quota"), "credited") is not None
    assert str(figure(ask("Dana", "booked", owner="me"), "booked")) == "500.01"
    assert figure(ask("Sam", "booked", owner="me"), "booked") == 500
    assert str(figure(ask("Vera", "booked"), "booked")) == "1000.01"
    assert figure(ask("Vera", "booked"), "count") == 1


def test_undo_brings_back_the_shares_that_were_there(ask: Asking) -> None:
    deal = ask.company.won("Dana", "1000", day(11, 2), name="Acme pilot")
    ask.company.split(deal, Dana=60, Sam=40)
    said_yes(ask, "Mara", ask("Mara", "split", opportunity="acme pilot", shares="dana 70%, lee 30%"))
    assert held(ask) == {"Dana": 7000, "Lee": 3000}
    undone = ask("Mara", "undo")
    assert undone.answer.status is Status.DONE, headline(undone)
    assert held(ask) == {"Dana": 6000, "Sam": 4000}


def test_taking_a_split_away_gives_all_to_the_owner(ask: Asking) -> None:
    deal = ask.company.won("Dana", "1000", day(11, 2), name="Acme pilot")
    ask.company.split(deal, Dana=60, Sam=40)
    reply = said_yes(ask, "Mara", ask("Mara", "split", opportunity="acme pilot", shares="none"))
    assert headline(reply) == "**Acme pilot** is credited to Dana Whitfield alone."
    assert held(ask) == {}
    assert figure(ask("Dana", "booked", owner="me"), "booked") == 1000


def test_the_rest_stays_with_the_owner_and_is_said(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(11, 2), name="Acme pilot")
    reply = ask("Mara", "split", opportunity="acme pilot", shares="sam 30%")
    assert "The rest, 70%, stays with Dana Whitfield." in notes(reply)


def test_shares_that_are_no_whole_are_refused(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(11, 2), name="Acme pilot")
    reply = ask("Mara", "split", opportunity="acme pilot", shares="dana 60%, sam 30%")
    assert headline(reply) == "The shares add up to 90%, not to 100%."
    over = ask("Mara", "split", opportunity="acme pilot", shares="sam 60%, lee 60%")
    assert headline(over) == "The shares add up to 120%, not to 100%."
    twice = ask("Mara", "split", opportunity="acme pilot", shares="sam 60%, sam 40%")
    assert headline(twice) == "Sam Osei is named twice."


def test_only_a_manager_above_the_owner_splits(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(11, 2), name="Acme pilot")
    assert ask("Dana", "split", opportunity="acme pilot", shares="sam 30%").answer.status is Status.REFUSED
    assert ask("Ken", "split", opportunity="acme pilot", shares="eva 30%").answer.status is not Status.CONFIRM
    assert held(ask) == {}


def test_how_it_is_split_is_told_without_changing_anything(ask: Asking) -> None:
    deal = ask.company.won("Dana", "1000", day(11, 2), name="Acme pilot")
    assert headline(ask("Mara", "split", opportunity="acme pilot")) == (
        "**Acme pilot** is credited to Dana Whitfield alone."
    )
    ask.company.split(deal, Dana=60, Sam=40)
    ask.company.split(deal, "overlay", Lee=25)
    assert headline(ask("Mara", "split", opportunity="acme pilot")) == (
        "**Acme pilot** is credited to Dana Whitfield 60% and Sam Osei 40%. "
        "Overlay credit on **Acme pilot**: Lee Ortiz 25%."
    )


def test_overlay_is_a_ledger_of_its_own(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Dana", day(month, 1), "1000")
        ask.company.quota("Sam", day(month, 1), "1000")
    ask.company.won("Dana", "1000.01", day(11, 2), name="Acme pilot")
    reply = ask("Mara", "split", opportunity="acme pilot", shares="sam 50%", kind="overlay")
    assert rows(reply) == [["Sam Osei", "50%", "$500.01"]]
    said_yes(ask, "Mara", reply)
    assert str(figure(ask("Dana", "quota"), "credited")) == "1000.01"
    sam = ask("Sam", "quota")
    assert figure(sam, "credited") == 0
    assert str(figure(sam, "overlay")) == "500.01"
    assert facts(sam)["Overlay credit"].endswith("counted apart")
    team = ask("Mara", "quota")
    assert str(figure(team, "credited")) == "1000.01"
    tables = [block for block in team.answer.blocks if isinstance(block, Table)]
    assert english(tables[0].columns[-1].label) == "Overlay, apart"
    assert [row[1] for row in rows(ask("Vera", "leaderboard"))] == ["Dana Whitfield"]
