"""What moved a pipeline and what changed, as people ask for it."""

from typing import Any

from skills.answer import Chart, Status
from skills.contract import Audience
from store.engine import Database
from store.models import Opportunity, Organisation
from store.scope import Scope
from tests.conftest import PostgresDatabases
from tests.skills.company import (
    Asking,
    build_assistant,
    build_company,
    day,
    english,
    figure,
    headline,
    notes,
    rows,
)
from tests.skills.story import Story, quarter


def test_a_quarter_step_by_step(story: Story) -> None:
    quarter(story)
    reply = story.ask("Dana", "waterfall", period="this quarter", closing="this quarter")
    assert headline(reply) == "The pipeline went from **$2,900** to **$2,290**, Q4 2026 (yours, closing in Q4 2026)."
    assert rows(reply) == [
        ["Opening", "7", "$2,900"],
        ["Created", "1", "$50"],
        ["Reopened", "1", "$900"],
        ["Pulled in", "1", "$700"],
        ["Increased", "1", "$50"],
        ["Decreased", "1", "-$10"],
        ["Won", "1", "-$400"],
        ["Lost", "1", "-$500"],
        ["Slipped", "1", "-$600"],
        ["Handed over", "1", "-$800"],
    ]
    assert figure(reply, "difference") == 0
    values = [f.number for f in reply.answer.figures if f.number is not None]
    assert sum(values[:-2]) == values[-2] == figure(reply, "closing")
    assert ["Won", "Won one", "Acme", "-$400"] in rows(reply, 1)
    assert "from the end of 30 Sep 2026 until now. Expected to close in Q4 2026" in notes(reply)


def test_without_a_closing_period_no_date_moves_anything(story: Story) -> None:
    quarter(story)
    reply = story.ask("Dana", "waterfall", period="this quarter")
    names = {f.name for f in reply.answer.figures}
    assert not names & {"slipped", "pulled_in", "slipped_in", "pulled_out"}
    assert (figure(reply, "opening"), figure(reply, "closing")) == (3600, 2890)


def test_a_company_has_no_handovers_and_adds_currencies_at_one_rate(story: Story) -> None:
    quarter(story)
    story.company.rate("EUR", "2.00", day(11, 1))
    reply = story.ask("Vera", "waterfall", period="this quarter")
    assert (figure(reply, "opening"), figure(reply, "closing")) == (3600 + 2000, 3690 + 2000)
    assert "transferred_out" not in {f.name for f in reply.answer.figures}
    assert "at the rates of 18 Nov 2026, so that no rate moves anything" in notes(reply)
    chart = next(block for block in reply.answer.blocks if isinstance(block, Chart))
    assert [english(name) for name in chart.categories][:: len(chart.categories) - 1] == ["Opening", "Closing"]


def test_a_past_stretch_ends_when_it_ended(story: Story) -> None:
    quarter(story)
    reply = story.ask("Dana", "waterfall", period="from 2026-10-05 to 2026-10-06")
    assert (figure(reply, "opening"), figure(reply, "closing")) == (3600, 3640)
    assert "from the end of 4 Oct 2026 to the end of 6 Oct 2026" in notes(reply)


def test_a_figure_names_its_opportunities(story: Story) -> None:
    quarter(story)
    reply = story.ask("Dana", "waterfall", period="this quarter", closing="this quarter")
    for found in reply.answer.figures:
        assert found.records is not None, found.name
        if found.records.ids is not None:
            assert len(found.records.ids) == found.count, found.name


def test_what_the_log_does_not_tell_of_is_a_line_of_its_own(story: Story) -> None:
    quarter(story)
    with story.company.database.writing() as session:
        session.get_one(Opportunity, 1).amount_minor = 12_345
    reply = story.ask("Dana", "waterfall", period="this quarter")
    assert str(figure(reply, "difference")) == "23.45"
    assert ["Not explained", "0", "$23.45"] in rows(reply)
    assert "$23.45 of the difference between opening and closing is in no step" in notes(reply)


def test_a_missing_rate_keeps_each_currency(story: Story) -> None:
    story.opened("Eva", "1000 GBP", day(12, 1), name="Pound one")
    number = story.opened("Eva", "10", day(12, 1), name="Dollar one")
    story.won(number, day(10, 7))
    reply = story.ask("Eva", "waterfall", period="this quarter")
    assert figure(reply, "opening") is None
    assert figure(reply, "opening", "GBP") == figure(reply, "closing", "GBP") == 1000
    assert [f.number for f in reply.answer.figures if f.name == "won"] == [None, -10]
    assert "there is no exchange rate for GBP on 18 Nov 2026" in notes(reply)


def test_an_amount_of_nothing_needs_no_rate(story: Story) -> None:
    story.opened("Eva", None, day(12, 1), name="Unknown")
    story.opened("Eva", "0 GBP", day(12, 1), name="Nothing")
    reply = story.ask("Eva", "waterfall", period="this quarter")
    assert (figure(reply, "opening"), figure(reply, "closing")) == (0, 0)
    assert headline(reply) == "The pipeline stayed at **$0**, Q4 2026 (yours): nothing moved."


def test_nothing_at_all_is_said(story: Story) -> None:
    reply = story.ask("Dana", "waterfall", period="this week")
    assert headline(reply).startswith("Nothing was open, and nothing came or went")
    assert not reply.answer.blocks


def test_what_has_not_begun_is_refused(story: Story) -> None:
    for skill in ("waterfall", "changes", "slippage"):
        reply = story.ask("Dana", skill, period="next month")
        assert reply.answer.status is Status.REFUSED
        assert "has not begun yet" in headline(reply)


def test_where_the_record_begins_is_said(story: Story) -> None:
    quarter(story)
    assert "The record begins on 15 Sep 2026" in notes(story.ask("Dana", "waterfall", period="last quarter"))
    assert "The record begins" not in notes(story.ask("Dana", "waterfall", period="this quarter"))


def test_open_ones_at_the_plan_rate_where_the_organisation_says_so(story: Story) -> None:
    quarter(story)
    story.company.rate("EUR", "3.00", day(1, 1), "plan")
    with story.company.database.writing() as session:
        session.get_one(Organisation, 1).open_rates = "plan"
    assert figure(story.ask("Eva", "waterfall", period="this quarter"), "closing") == 3000
    assert figure(story.ask("Eva", "pipeline"), "pipeline") == 3000
    assert "at the plan's rate" in notes(story.ask("Eva", "pipeline"))


def test_only_those_who_may_read_the_records_see_what_moved(story: Story) -> None:
    quarter(story)
    for skill in ("waterfall", "changes", "slippage", "coverage"):
        assert story.ask("Dana", skill, owner="eva").answer.status is Status.REFUSED, skill
        assert story.ask("Vera", skill, owner="eva").answer.status is Status.ANSWER, skill


def test_changes_are_told_by_kind_and_by_whom(story: Story) -> None:
    quarter(story)
    reply = story.ask("Dana", "changes", period="this quarter")
    assert {row[0]: row[1:] for row in rows(reply)} == {
        "New": ["1", "$50"],
        "Won": ["1", "$400"],
        "Lost": ["1", "$500"],
        "Reopened": ["1", "$900"],
        "Pushed to a later quarter": ["1", "$600"],
        "Pulled to an earlier quarter": ["1", "$700"],
        "Amount up": ["1", "$50"],
        "Amount down": ["1", "-$10"],
        "Owner changed": ["1", "$800"],
    }
    told = {row[0]: row[1:] for row in rows(reply, 1)}
    assert [row[0] for row in rows(reply, 1)][:2] == ["Reopened one", "Handed one"]
    assert told["Handed one"][0] == "owner Dana Whitfield → Sam Osei"
    assert told["Handed one"][2:] == ["Mara Lindt", "Tue 13 Oct 2026, 12:00"]
    assert told["Slipped one"][0] == "pushed 15 Dec 2026 → 15 Jan 2027"
    assert told["Raised"][0] == "amount $200 → $250"
    assert figure(reply, "changed") == 9


def test_what_was_taken_back_is_no_change_and_neither_is_its_taking_back(story: Story) -> None:
    number = story.opened("Dana", "100", day(12, 1), name="Calm")
    other = story.opened("Dana", "100", day(12, 1), name="Moved")
    change = story.then(number, day(11, 17), by="Mara", amount_minor=1)
    story.undone(change, day(11, 17))
    kept = story.then(other, day(11, 17), stage_id=story.company.stages["Pilot"])
    taken_back = story.then(other, day(11, 18), by="Mara", amount_minor=1)
    story.undone(taken_back, day(11, 18), by="Mara")
    assert kept != taken_back
    reply = story.ask("Dana", "changes", period="this week")
    assert headline(reply) == "**Moved** changed, week of 16 Nov 2026 (yours)."
    assert rows(reply) == [["Moved", "Discovery → Pilot", "$100", "Dana Whitfield", "Tue 17 Nov 2026, 11:00"]]


def test_stages_move_forward_and_back(story: Story) -> None:
    number = story.opened("Dana", "100", day(12, 1), name="Up", stage="Pilot")
    other = story.opened("Dana", "200", day(12, 1), name="Down", stage="Proposal")
    story.then(number, day(11, 17), stage_id=story.company.stages["Negotiation"])
    story.then(other, day(11, 17), stage_id=story.company.stages["Discovery"])
    reply = story.ask("Dana", "changes", period="since 2026-11-16")
    assert (figure(reply, "forward"), figure(reply, "back")) == (100, 200)
    assert rows(reply, 1)[0][1] == "back from Proposal to Discovery"


def test_one_opportunity_or_one_account_can_be_asked_for(story: Story) -> None:
    first = story.opened("Dana", "100", day(12, 1), name="Acme Sense")
    second = story.opened("Dana", "200", day(12, 1), name="Acme Watch")
    other = story.opened("Dana", "300", day(12, 1), name="Else", account_id=story.company.accounts["Lakeshore Foods"])
    for number in (first, second, other):
        story.then(number, day(11, 17), amount_minor=1)
    one = story.ask("Dana", "changes", opportunity="acme sense", period="this week")
    assert (figure(one, "changed"), one.answer.subject and one.answer.subject.id) == (1, first)
    account = story.ask("Dana", "changes", opportunity="acme", period="this week")
    assert figure(account, "changed") == 2
    assert story.ask("Eva", "changes", opportunity="acme sense").answer.status is Status.REFUSED


def test_what_a_new_owner_does_is_not_told_to_the_old_one(story: Story) -> None:
    number = story.opened("Dana", "100", day(12, 1), name="Gone")
    story.then(number, day(11, 16), by="Vera", owner_id=story.company.people["Eva"])
    story.then(number, day(11, 17), by="Eva", amount_minor=777_00)
    reply = story.ask("Dana", "changes", period="this week")
    assert rows(reply) == [["Gone", "owner Dana Whitfield → Eva Krüger", "$100", "Vera Moss", "Mon 16 Nov 2026, 11:00"]]
    assert figure(story.ask("Dana", "waterfall", period="this week"), "transferred_out") == -100
    assert figure(story.ask("Eva", "waterfall", period="this week"), "transferred_in") == 777


def test_a_channel_hears_only_of_what_everyone_there_may_see(story: Story) -> None:
    number = story.opened("Dana", "100", day(12, 1), name="Secret")
    story.then(number, day(11, 17), amount_minor=1)
    sales = Audience("C1", "#sales", Scope.of({story.company.people["Sam"]}))
    assert figure(story.ask("Mara", "changes", period="this week", audience=sales), "changed") == 0
    reply = story.ask("Mara", "changes", opportunity="secret", period="this week", audience=sales)
    assert reply.answer.status is Status.REFUSED


def test_nothing_changed_is_said(story: Story) -> None:
    assert headline(story.ask("Dana", "changes", period="yesterday")) == "Nothing changed, 17 Nov 2026 (yours)."


def test_every_button_leads_to_an_answer(story: Story) -> None:
    quarter(story)
    for skill in ("waterfall", "changes", "slippage", "coverage"):
        for who in ("Dana", "Mara", "Vera"):
            for action in story.ask(who, skill, period="this quarter").answer.actions:
                if not action.tucked:
                    assert action.invocation is not None
                    reply = story.ask(who, action.invocation.skill, **action.invocation.params)
                    assert reply.answer.status is Status.ANSWER, (skill, who, action.invocation)


def test_postgresql_says_the_same(story: Story, postgres_databases: PostgresDatabases) -> None:
    database = Database(postgres_databases.migrated())
    other = Story(Asking(build_company(database), build_assistant(database)))
    quarter(story)
    quarter(other)
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("Dana", "waterfall", {"period": "this quarter", "closing": "this quarter"}),
        ("Vera", "waterfall", {"period": "since 2026-10-08"}),
        ("Mara", "changes", {"period": "this quarter"}),
        ("Dana", "slippage", {}),
        ("Vera", "slippage", {"period": "this quarter"}),
        ("Vera", "coverage", {}),
        ("Vera", "pipeline", {}),
    ]
    for who, skill, params in asked:
        here, there = story.ask(who, skill, **params).answer, other.ask(who, skill, **params).answer
        assert here.status is Status.ANSWER
        assert there.model_dump_json() == here.model_dump_json(), (who, skill, params)
    database.close()
