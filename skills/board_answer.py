"""A leaderboard in words: places, a chart, who is not ranked, movement, corrections, and one's own place."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

from skills.answer import Action, Answer, Block, Bullets, Chart, Column, Invocation, Series, Table
from skills.board import Leaderboard
from skills.contest import BoardMetric, Entrant
from skills.envelope import Envelope
from skills.figure import Figure
from skills.measures.ranking import Ranked
from skills.metrics import DEFINITIONS as MEASURES
from skills.metrics import TITLES as NAMES
from skills.posted import Correction, PostedBoard, moved
from skills.text import AnyValue, Text, Word, text, value, verbatim
from skills.wording import enumeration, period_name, period_note
from store.models import Metric

NAMED = 5
"""People who are not ranked and are named, and corrections that are told."""
DRAWN = 10
PLACES = text("Equal values share a place (1-2-2-4).")
BOOKED = text(
    "Amounts won in the period, by booking date and at the exchange rate of that date; of a split one each person's "
    "share, any other in full to its owner."
)
ATTAINMENT = text("Credited bookings divided by effective quota; teams as sums of both.")
DEALS = text("Opportunities won in the period that somebody is credited with, by booking date.")
IMPROVED = text(
    "Credited bookings of the period so far minus those of as many days of the period before, at the exchange rates of "
    "the booking dates."
)
TITLES: Mapping[str, Text] = {
    **{metric.value: title for metric, title in NAMES.items()},
    "attainment": text("Attainment"),
    "deals": text("Deals won"),
    "improved": text("Improvement"),
}


def present(board: Leaderboard) -> Answer:
    return Answer(
        headline=_headline(board),
        blocks=_blocks(board),
        figures=_figures(board),
        actions=_actions(board),
        notes=(*_own_note(board), *_notes(board), *board.population.notes, _counted(board)),
        unabridged=True,
        kept=board.kept,
    )


def _definition(metric: BoardMetric) -> Text:
    special = {"booked": BOOKED, "attainment": ATTAINMENT, "deals": DEALS, "improved": IMPROVED}
    said = special.get(metric) or MEASURES[Metric(metric)]
    return text("{definition} {places}", definition=said, places=PLACES)


def _counted(board: Leaderboard) -> Text:
    return period_note(board.period, board.population.label)


def _headline(board: Leaderboard) -> Text:
    period, metric = period_name(board.period), board.metric
    first = [place.item for place in board.board if place.place == 1]
    if not first:
        return _nothing(board)
    score = board.shown_value(first[0].score(metric))
    if len(first) > NAMED:
        return text(
            "{count} share the first place in {period} with **{score}**.", count=len(first), period=period, score=score
        )
    if len(first) > 1:
        return text(
            "**{names}** share the first place in {period} with **{score}**.",
            names=enumeration([entry.name for entry in first]),
            period=period,
            score=score,
        )
    name = first[0].name
    match metric:
        case "deals":
            return text("**{name}** leads {period} with **{deals}** won.", name=name, period=period, deals=score)
        case "attainment":
            return text("**{name}** leads {period} with **{share}** of quota.", name=name, period=period, share=score)
        case "booked":
            return text("**{name}** leads {period} with **{amount}**.", name=name, period=period, amount=score)
        case "improved":
            if first[0].score(metric) <= 0:
                return text("Nobody improved in {period}.", period=period)
            return text(
                "**{name}** improved the most in {period}: by **{amount}**.", name=name, period=period, amount=score
            )
        case _:
            return text(
                "**{name}** leads {period} with **{amount}** ({metric}).",
                name=name,
                period=period,
                amount=score,
                metric=TITLES[metric],
            )


def _nothing(board: Leaderboard) -> Text:
    period = period_name(board.period)
    if board.contest.unknown is not None:
        return text("There is nobody to rank in {period}: {reason}.", period=period, reason=board.contest.unknown)
    if board.metric == "attainment":
        return text("There is nobody to rank by attainment in {period}.", period=period)
    if board.metric in ("booked", "deals", "improved"):
        return text("Nothing was won in {period} ({whose}).", period=period, whose=board.population.label)
    return text(
        "There is nobody to rank in {period} ({metric}, {whose}).",
        period=period,
        metric=TITLES[board.metric],
        whose=board.population.label,
    )


def _place(place: Ranked[Entrant]) -> AnyValue:
    return Word(value=f"{place.place}=" if place.tied else str(place.place))


def _label(entry: Entrant) -> Text:
    return text("{name} (left)", name=entry.name) if entry.has_left else verbatim(entry.name)


def _blocks(board: Leaderboard) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if board.shown:
        blocks.append(_table(board))
    if len(board.shown) > 1:
        blocks.append(_chart(board, board.shown[:DRAWN]))
    corrections = _corrections(board)
    if corrections:
        blocks.append(Bullets(items=corrections))
    if board.apart:
        blocks.append(
            Bullets(
                title=text("Not ranked"),
                items=tuple(
                    text("{name}: {why}", name=_label(entry), why=entry.apart or "") for entry in board.apart[:NAMED]
                )
                + _more(len(board.apart) - NAMED),
            )
        )
    return tuple(blocks)


def _table(board: Leaderboard) -> Table:
    who = text("Team") if board.by == "team" else text("Rep")
    columns = [Column(label=text("#")), Column(label=who), Column(label=TITLES[board.metric], numeric=True)]
    columns += [Column(label=label, numeric=True) for label in _extra_labels(board)]
    posted = board.posted
    if posted is not None:
        columns.append(Column(label=text("Since last time")))
    return Table(
        title=text("{metric}, {period}", metric=TITLES[board.metric], period=period_name(board.period)),
        columns=tuple(columns),
        rows=tuple(
            (
                _place(place),
                _label(place.item),
                board.shown_value(place.value),
                *_extra(board, place.item),
                *(() if posted is None else (_movement(posted, place),)),
            )
            for place in board.shown
        ),
    )


def _movement(posted: PostedBoard, place: Ranked[Entrant]) -> AnyValue:
    steps = moved(posted, place.item.id, place.place)
    if steps is None:
        return text("new")
    return Word(value=f"▲{steps}" if steps > 0 else f"▼{-steps}" if steps < 0 else "=")


def _extra_labels(board: Leaderboard) -> tuple[Text, ...]:
    match board.metric:
        case "attainment":
            return text("Won"), text("Quota")
        case "booked" | "margin":
            return (text("Deals"),)
        case "improved":
            return text("This period"), text("Before")
        case _:
            return ()


def _extra(board: Leaderboard, entry: Entrant) -> tuple[AnyValue, ...]:
    shown, achievement = board.contest.unit.shown, entry.achievement
    match board.metric:
        case "attainment":
            return shown(achievement.credited), shown(achievement.quota)
        case "booked" | "margin":
            return (value(achievement.deals),)
        case "improved":
            return shown(achievement.credited), shown(entry.before)
        case _:
            return ()


def _more(count: int) -> tuple[Text, ...]:
    return (text("and {count} more", count=count),) if count > 0 else ()


def _corrections(board: Leaderboard) -> tuple[Text, ...]:
    if board.corrected is None:
        return ()
    posted, entrants, corrections = board.corrected
    told = [one for one in corrections if one.key in entrants]
    lines = tuple(_correction(board, posted, entrants[one.key], one) for one in told[:NAMED])
    return lines + _more(len(told) - NAMED)


def _correction(board: Leaderboard, posted: PostedBoard, entrant: Entrant, correction: Correction) -> Text:
    old, new = correction.old, correction.new
    if old is None:
        return text(
            "Correction: {name} has {new} in {period}; the board of {day} did not have them.",
            name=entrant.name,
            new=board.shown_value(new or Fraction(0)),
            period=period_name(posted.period),
            day=posted.posted_on,
        )
    return text(
        "Correction: {name} has {new} in {period}, not {old} as posted on {day}.",
        name=entrant.name,
        new=board.shown_value(new or Fraction(0)),
        old=board.shown_value(old),
        period=period_name(posted.period),
        day=posted.posted_on,
    )


def _chart(board: Leaderboard, shown: Sequence[Ranked[Entrant]]) -> Chart:
    match board.metric:
        case "deals":
            values, unit = [float(place.value) for place in shown], ""
        case "attainment":
            values, unit = [float(place.value * 100) for place in shown], "%"
        case _:
            drawn = board.contest.unit
            values, unit = [drawn.drawn(place.value) for place in shown], drawn.currency or ""
    return Chart(
        kind="bar",
        title=text("{metric}, {period}", metric=TITLES[board.metric], period=period_name(board.period)),
        categories=tuple(verbatim(place.item.name) for place in shown),
        series=(Series(label=TITLES[board.metric], values=tuple(values)),),
        unit=unit,
    )


def _figures(board: Leaderboard) -> tuple[Figure, ...]:
    envelope = Envelope(board.as_of, board.period, filters=(board.population.label,))
    return tuple(_figure(board, envelope, place) for place in board.shown)


def _figure(board: Leaderboard, envelope: Envelope, place: Ranked[Entrant]) -> Figure:
    entry, definition = place.item, _definition(board.metric)
    label = text("{place} {name}", place=_place(place), name=entry.name)
    records, count = board.records.get(entry.id), entry.achievement.deals
    match board.metric:
        case "deals":
            return envelope.number("deals", label, definition, count, records=records)
        case "attainment":
            ratio = entry.achievement.attainment
            return envelope.ratio("attainment", label, definition, ratio, count=count, records=records)
        case _:
            unit = board.contest.unit
            return unit.figure(envelope, board.metric, label, definition, place.value, count=count, records=records)


def _own_note(board: Leaderboard) -> tuple[Text, ...]:
    """The asker's own place below the ones shown; where others read along it is nobody's business."""
    if not board.is_private or board.own in board.shown:
        return ()
    if board.own is not None:
        return (
            text(
                "Your place: {place} of {count}, with {score}.",
                place=_place(board.own),
                count=len(board.board),
                score=board.shown_value(board.own.value),
            ),
        )
    if board.own_apart is not None:
        return (text("You are not ranked: {why}.", why=board.own_apart.apart or ""),)
    if board.expects_own and board.board:
        return (text("You have not won anything in this period yet."),)
    return ()


def _notes(board: Leaderboard) -> tuple[Text, ...]:
    notes: list[Text] = []
    contest = board.contest
    if board.posted is not None:
        posted = board.posted
        notes.append(
            text(
                "Compared with the board posted on {day} ({period}).",
                day=posted.posted_on,
                period=period_name(posted.period),
            )
        )
    if contest.compared is not None:
        notes.append(_compared(contest.compared[0].last_day, contest.compared[1].start, contest.compared[1].last_day))
    if any(entry.achievement.is_small for entry in board.apart) and board.metric == "attainment":
        notes.append(text("Ramping: less than a quarter of the full quota, so attainment would mean little."))
    if any(entry.achievement.missing for entry in board.apart):
        notes.append(text("Places may change once the missing exchange rates are imported."))
    notes += _left_out(board)
    if contest.without_team is not None and contest.without_team.achievement.deals:
        notes.append(
            text("{count} won by people without a team are not ranked.", count=contest.without_team.achievement.deals)
        )
    if contest.rule_note is not None:
        notes.append(contest.rule_note)
    if board.hidden == 1:
        notes.append(text("1 person chose not to be shown."))
    elif board.hidden:
        notes.append(text("{count} people chose not to be shown.", count=board.hidden))
    if board.shown and len(board.shown) > board.top:
        notes.append(text("More than {top} are shown: the last ones are tied.", top=board.top))
    elif not board.is_private and len(board.shown) < min(board.top, len(board.board)):
        notes.append(text("Only the upper half is named here; ask me in a direct message for your own place."))
    return tuple(notes)


def _compared(until: dt.date, start: dt.date, end: dt.date) -> Text:
    return text("Up to {until}, against {start} to {end}.", until=until, start=start, end=end)


def _left_out(board: Leaderboard) -> list[Text]:
    left_out = sum(entry.achievement.left_out for entry in board.contest.entrants.values())
    if not left_out:
        return []
    if board.metric == "margin":
        return [
            text("{count} won without an amount, a quantity or a unit cost are left out of the margin.", count=left_out)
        ]
    return [text("{count} won without a quantity are left out.", count=left_out)]


def _actions(board: Leaderboard) -> tuple[Action, ...]:
    asked = dict(board.asked)
    if not board.board and board.last is not None:
        show = Invocation.of("leaderboard", asked | {"period": board.last.label})
        return (Action(label=text("Show {period}", period=period_name(board.last)), invocation=show),)
    other: BoardMetric = "attainment" if board.metric != "attainment" else "booked"
    label = text("By attainment") if other == "attainment" else text("By amount won")
    switched = Invocation.of("leaderboard", asked | {"metric": other, "period": board.period_words})
    mine = Invocation.of("quota", owner="me", period=board.period_words)
    return (Action(label=text("My quota"), invocation=mine), Action(label=label, invocation=switched))
