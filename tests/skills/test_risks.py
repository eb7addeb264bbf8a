"""What is at risk, as people ask for it: evidence, buttons, snoozes, bounds, and whether the warnings were right."""

from sqlalchemy import event

from skills.answer import Status
from skills.contract import Audience
from store import change_log
from store.change_log import Author
from store.models import Contact, Opportunity, OpportunityContact, Snapshot, Source
from store.reversal import list_reversal
from store.scope import Scope
from tests.skills.company import (
    Asking,
    bullets,
    buttons,
    day,
    english,
    figure,
    headline,
    notes,
    rows,
)
from tests.skills.risky import ago, at, healthy, move, touch, won_ones, yes


def test_nothing_is_at_risk_where_nothing_is_wrong(ask: Asking) -> None:
    healthy(ask.company)
    reply = ask("Dana", "risks")
    assert headline(reply) == "None of the 1 open opportunities is at risk (yours)."
    assert (figure(reply, "at_risk"), figure(reply, "value_at_risk"), figure(reply, "open")) == (0, 0, 1)


def test_nothing_open_is_no_share_at_risk(ask: Asking) -> None:
    reply = ask("Dana", "risks")
    assert headline(reply) == "Nothing is open (yours)."
    assert figure(reply, "at_risk_share") is None


def test_the_worst_comes_first_by_money_times_weight_with_all_its_evidence(ask: Asking) -> None:
    company = ask.company
    healthy(company)
    healthy(company, "Late", "40000", close=ago(1))
    bare = company.open("Dana", "20000", "Proposal", name="Bare", close=day(12, 1), opened_on=ago(30))
    reply = ask("Dana", "risks")
    assert headline(reply) == "**2 of 3 open opportunities** are at risk, worth **$60,000** (yours)."
    assert bullets(reply, "Worst first") == [
        (
            "**Bare** (Dana Whitfield), $20,000: There is no next step. They never answered, in 30 days. Nobody is "
            "known who can sign. Fewer than two people there were in touch since 19 Oct 2026."
        ),
        "**Late** (Dana Whitfield), $40,000: The close date 17 Nov 2026 has passed.",
    ]
    assert rows(reply, 0)[0] == ["overdue", "1", "$40,000"]
    assert ["no activity", "1", "$20,000"] in rows(reply, 0)
    edit = buttons(reply)["Edit Bare"]
    assert edit is not None
    assert (edit.skill, edit.params) == ("update", {"opportunity": f"opportunity:{bare}"})
    assert "Not judged: stalled, close date implausible." in notes(reply)
    assert "Unpaid invoices and open service cases are not looked at yet." in notes(reply)


def test_the_log_tells_of_pushes_drops_and_steps_back_but_not_of_what_was_taken_back(ask: Asking) -> None:
    company = ask.company
    deal = healthy(company, "Deal", "30000", close=day(3, 15, 2027), stage="Discovery")
    move(company, deal, 40, expected_close=(day(9, 20), day(12, 20)))
    move(company, deal, 20, amount_minor=(5_000_000, 3_000_000))
    move(company, deal, 10, stage_id=(company.stages["Proposal"], company.stages["Discovery"]))
    reply = ask("Dana", "risks")
    (told,) = bullets(reply, "Worst first")
    assert "The close date was pushed by 91 days on 9 Oct 2026: 20 Sept 2026 → 20 Dec 2026." in told.replace(
        "Sep ", "Sept "
    )
    assert "The amount fell from $50,000 to $30,000 by 29 Oct 2026." in told
    assert "It went back on 8 Nov 2026: Proposal → Discovery." in told
    mistake = healthy(company, "Mistake", "30000")
    change = move(company, mistake, 5, expected_close=(day(12, 18), day(6, 1, 2027)))
    with company.database.writing() as session:
        records = list_reversal(session, change)
        change_log.apply(session, records, Author(1, Source.BUTTON, at(4)), effective_on=ago(4), undoes=change)
    assert len(bullets(ask("Dana", "risks"), "Worst first")) == 1


def test_minor_warnings_are_to_watch_until_their_weights_add_up(ask: Asking) -> None:
    company = ask.company
    healthy(company, "Vague", "20000", next_step="")
    late = healthy(company, "Late", "50000", close=ago(1))
    both = healthy(company, "Vague and unpriced", None, next_step="")
    reply = ask("Dana", "risks")
    assert headline(reply) == "**2 of 3 open opportunities** are at risk, worth **$50,000** (yours)."
    assert "One more is to watch: its warnings weigh too little to call it at risk." in notes(reply)
    assert [row[0] for row in rows(reply, 1)] == ["Late", "Vague and unpriced"]
    assert [figure(reply, name) for name in ("at_risk", "to_watch", "flagged", "open")] == [2, 1, 3, 3]
    made_of = {f.name: f.records for f in reply.answer.figures}["at_risk"]
    assert made_of is not None
    assert made_of.ids == (late, both)
    more = buttons(reply)["To watch as well"]
    assert more is not None
    everything = ask("Dana", more.skill, **more.params)
    assert headline(everything) == "**3 of 3 open opportunities** have a warning, worth **$70,000** (yours)."
    assert "2 of them are at risk, 1 to watch." in notes(everything)
    assert [(row[0], row[4]) for row in rows(everything, 1)] == [
        ("Late", "3"), ("Vague", "2"), ("Vague and unpriced", "3")
    ]  # fmt: skip
    assert [figure(everything, name) for name in ("at_risk", "to_watch", "flagged")] == [2, 1, 3]


def test_from_which_sum_on_something_is_at_risk_can_be_set(ask: Asking) -> None:
    healthy(ask.company, "Vague", next_step="")
    healthy(ask.company, "Late", close=ago(1))
    assert figure(ask("Dana", "risks"), "at_risk") == 1
    confirmed = yes(ask, ask("Vera", "threshold", rule="at risk", value="2"))
    assert english(confirmed.answer.headline) == "“at risk” applies from a weight of 2 on, in all stages."
    assert figure(ask("Dana", "risks"), "at_risk") == 2
    yes(ask, ask("Vera", "threshold", rule="at risk", value="4", stage="Discovery"))
    reply = ask("Dana", "risks")
    assert headline(reply) == "None of the 2 open opportunities is at risk (yours)."
    assert figure(reply, "to_watch") == 2
    rules = {row[0]: row for row in rows(ask("Dana", "risks", check="rules"))}
    assert rules["at risk"][3] == "a weight of 4 in Discovery, else a weight of 2"
    assert [rules[name][1] for name in ("overdue", "no next step", "stalled")] == ["3", "2", "1"]


def test_a_rate_that_only_what_is_to_watch_lacks_spoils_nothing(ask: Asking) -> None:
    company = ask.company
    healthy(company, "Late", "50000", close=ago(1))
    healthy(company, "Vague", "900 EUR", next_step="")
    reply = ask("Dana", "risks")
    assert figure(reply, "value_at_risk") == 50000
    assert figure(reply, "value_flagged") is None


def test_two_messages_without_a_reply_are_ghosting_until_they_answer(ask: Asking) -> None:
    deal = healthy(ask.company)
    touch(ask.company, deal, 2, "out")
    touch(ask.company, deal, 2, "out")
    assert figure(ask("Dana", "risks"), "flagged") == 0, "they have had two days"
    other = ask.company.open(
        "Dana", "1", name="Silent", next_step="x", close=day(12, 1), opened_on=ago(14), account="Lakeshore Foods"
    )
    touch(ask.company, other, 11, "out")
    touch(ask.company, other, 1, "out")
    reply = ask("Dana", "risks", rule="ghosted")
    assert "2 messages of ours since 7 Nov 2026, and no reply." in bullets(reply, "Worst first")[0]
    log = buttons(reply)["Log a call: Silent"]
    assert log is not None
    assert (log.skill, log.params) == ("log", {"kind": "call", "about": f"opportunity:{other}"})
    touch(ask.company, other, 0, "in")
    assert figure(ask("Dana", "risks", rule="ghosted"), "at_risk") == 0


def test_history_says_what_is_too_long_and_what_is_too_soon(ask: Asking) -> None:
    won_ones(ask.company, 20)
    healthy(ask.company, "Slow", opened_on=ago(11))
    healthy(ask.company, "Hasty", opened_on=ago(0), close=day(11, 30))
    told = bullets(ask("Dana", "risks", check="all"), "Worst first")
    assert told[1].endswith(
        "12 days are left until 30 Nov 2026; nine in ten won ones took 20 or more from here (20 won)."
    )
    assert told[0].endswith("In this stage for 11 days; three quarters of the won ones took at most 10 (20 won).")


def test_only_one_rule_stage_or_period_can_be_asked_for(ask: Asking) -> None:
    company = ask.company
    healthy(company, "Late", close=ago(1))
    healthy(company, "Vague", next_step="")
    healthy(company, "Next year", next_step="", close=day(2, 1, 2027), stage="Pilot")
    assert figure(ask("Dana", "risks", rule="overdue"), "at_risk") == 1
    assert figure(ask("Dana", "risks", rule="no next step"), "flagged") == 2
    assert figure(ask("Dana", "risks", stage="Pilot"), "flagged") == 1
    assert figure(ask("Dana", "risks", period="this quarter"), "flagged") == 2
    unknown = ask("Dana", "risks", rule="bad vibes")
    assert unknown.answer.status is Status.CLARIFY
    assert len(unknown.answer.choices) == 14
    assert ask("Dana", "risks", stage="Won").answer.status is Status.REFUSED


def test_without_a_rate_there_is_no_total_and_nothing_is_left_out_in_silence(ask: Asking) -> None:
    ask.company.open("Eva", "900 EUR", close=ago(1))
    reply = ask("Ken", "risks")
    assert figure(reply, "at_risk") == 1
    assert figure(reply, "value_at_risk") is None
    assert "no exchange rate for EUR" in notes(reply)


def test_a_colleagues_deal_is_shown_without_buttons_and_somebody_elses_not_at_all(ask: Asking) -> None:
    ask.company.open("Sam", "100", name="Sams", close=ago(1))
    ask.company.open("Eva", "100 USD", name="Evas", close=ago(1))
    reply = ask("Dana", "risks", team="alpha")
    assert "**Sams**" in bullets(reply, "Worst first")[0]
    assert "Evas" not in reply.answer.model_dump_json()
    assert not any(name.startswith("Edit") for name in buttons(reply))
    assert ask("Dana", "risks", team="beta").answer.status is Status.REFUSED
    channel = Audience("C1", "#alpha", Scope.of({ask.company.people["Dana"]}))
    assert "Sams" not in ask("Dana", "risks", team="alpha", audience=channel).answer.model_dump_json()


# --- were they right?


def test_without_a_snapshot_of_then_there_is_no_precision(ask: Asking) -> None:
    healthy(ask.company)
    reply = ask("Dana", "risks", check="precision")
    assert figure(reply, "flag_precision") is None
    assert "there is no snapshot of 90 days ago" in headline(reply)


def test_the_flagged_of_then_are_held_against_what_came_of_them(ask: Asking) -> None:
    """Twelve without a next step then, nine of them lost; ten fine ones, one of them pushed out of its quarter."""
    company = ask.company
    then = ago(90)
    for number in range(22):
        flagged = number < 12
        lost = number < 9
        deal = company.open(
            "Dana",
            "100",
            name=f"Deal {number}",
            close=day(3, 1, 2027) if number == 21 else day(12, 1),
            opened_on=ago(100),
            next_step="call",
        )
        touch(company, deal, 95)
        if flagged:
            move(company, deal, 80, next_step=("", "call"))
        if lost:
            with company.database.writing() as session:
                row = session.get_one(Opportunity, deal)
                row.status, row.closed_on, row.stage_id = "lost", ago(10), company.stages["Lost"]
        company.add(
            Snapshot(
                taken_on=then,
                opportunity_id=deal,
                owner_id=company.people["Dana"],
                stage_id=company.stages["Discovery"],
                amount_minor=10_000,
                currency="USD",
                expected_close=day(12, 1),
                category="pipeline",
            )
        )
    yes(ask, ask("Vera", "threshold", rule="single thread", value="1M"))
    yes(ask, ask("Vera", "threshold", rule="no activity", value="4 days"))
    yes(ask, ask("Vera", "threshold", rule="at risk", value="4"))
    reply = ask("Dana", "risks", check="precision")
    assert figure(reply, "flag_precision") == 75
    assert figure(reply, "unflagged_share") == 10
    assert headline(reply) == (
        "Of 12 opportunities at risk on 20 Aug 2026, **75%** were lost or slipped since; of the 10 others, 10% (yours)."
    )
    assert rows(reply) == [
        ["no next step", "12", "9", "75%"],
        ["no activity", "22", "10", "45.5%"],
        ["at risk", "12", "9", "75%"],
        ["not at risk", "10", "1", "10%"],
        ["of these to watch", "10", "1", "10%"],
    ]


# --- many at once


def test_many_are_judged_in_a_few_queries(ask: Asking) -> None:
    company = ask.company
    for number in range(60):
        healthy(company, f"Deal {number}", close=ago(number % 3))
    statements = []
    event.listen(company.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    reply = ask("Dana", "risks")
    assert figure(reply, "at_risk") == 40
    assert len(statements) < 40, "not one by one"


def test_a_role_on_the_deal_is_what_ends_no_power(ask: Asking) -> None:
    deal = healthy(ask.company, "Big", stage="Proposal", opened_on=ago(5))
    assert "Nobody is known who can sign." in bullets(ask("Dana", "opportunity", opportunity="big"), "To watch")
    (boss,) = ask.company.add(Contact(name="Boss", account_id=ask.company.accounts["Acme"]))
    ask.company.add(OpportunityContact(opportunity_id=deal, contact_id=boss, role="economic_buyer"))
    assert not bullets(ask("Dana", "opportunity", opportunity="big"), "To watch")
