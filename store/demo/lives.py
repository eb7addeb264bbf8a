"""How an opportunity goes: from stage to stage, with pushes, changed amounts and an end that may lie ahead."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from store.demo import catalogue as terms
from store.demo.catalogue import DISCOVERY, LOST, NEGOTIATION, PILOT, PROPOSAL, QUALIFIED, WON
from store.demo.dice import Dice
from store.demo.history import Deal, Fields, Step, Value
from store.demo.people import Trait
from store.demo.phrases import CHINESE_NEXT_STEPS, NEXT_STEPS, PUSH_REASONS
from store.demo.working_days import WorkingDays, fiscal_year_start, month_after, quarter_start

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Start:
    """What is settled when an opportunity begins."""

    name: str
    account_id: int
    owner_id: int
    product: int
    currency: str
    region: str
    source: str
    machines: int
    trait: Trait
    day: dt.date
    chinese: bool = False
    phrases: tuple[str, ...] = ()
    """Words that next steps may name, such as a machine of the customer."""


class Life:
    """Draws the steps of one opportunity. `today` settles which prices held when it began."""

    def __init__(self, dice: Dice, days: WorkingDays, start: Start, today: dt.date) -> None:
        self.dice, self.days, self.start = dice, days, start
        last_year = start.day < fiscal_year_start(today)
        per_mille = terms.LAST_YEARS_PRICES if last_year else 1000
        self.list_value = terms.list_value(start.product, start.machines, start.currency, per_mille=per_mille)

    def live(self) -> Deal:
        start, dice = self.start, self.dice
        chance = terms.WIN_PERCENT[start.source] * start.trait.wins // 100
        moves = self._moves(self._path(won=dice.chance(min(chance, 90))))
        end, outcome = moves[-1]
        steps = [self._beginning(moves)]
        competitor = dice.weighted(terms.COMPETITORS) if dice.chance(52) else ""
        estimate = steps[0].fields["amount_minor"]
        for number, (day, stage) in enumerate(moves[1:], start=1):
            fields: dict[str, Value] = {"stage_id": stage}
            if stage in (PROPOSAL, NEGOTIATION, WON) or (estimate is None and stage != LOST):
                estimate = fields["amount_minor"] = self._quoted(stage, estimate)
            if stage == QUALIFIED and competitor:
                fields["competitor"] = competitor
            if stage == LOST:
                fields |= self._lost(moves[number - 1][1], competitor)
            elif stage != WON:
                fields |= self.next_step(stage, day)
            if stage == NEGOTIATION and dice.chance(70):
                fields["expected_close"] = self._on(max(day + 9 * DAY, end - dice.whole(0, 6) * DAY))
            if stage == PROPOSAL and dice.chance(12):
                fields["category"] = "commit"
            steps.append(Step(day, fields))
        steps += self._pushes(steps, end)
        steps += self._upkeep(moves, end)
        if outcome == LOST and dice.chance(2):
            steps += self._reopened(end, estimate)
        return Deal(sorted(steps, key=lambda step: step.day))

    def _beginning(self, moves: Sequence[tuple[dt.date, int]]) -> Step:
        start, dice = self.start, self.dice
        guess = (moves[-1][0] - start.day).days * dice.whole(44, 108) // 100
        expected = start.day + max(guess, 18) * DAY
        if dice.chance(38):
            expected = month_after(expected, 1) - DAY
        unknown = moves[0][1] == DISCOVERY and dice.chance(11)
        fields: dict[str, Value] = {
            "name": start.name,
            "account_id": start.account_id,
            "owner_id": start.owner_id,
            "product_id": start.product,
            "stage_id": moves[0][1],
            "amount_minor": None if unknown else self._estimate(),
            "currency": start.currency,
            "quantity": terms.units(start.product, start.machines),
            "opened_on": start.day,
            "expected_close": self._on(expected),
            "source": start.source,
        }
        return Step(start.day, fields | dict(self.next_step(moves[0][1], start.day)))

    def _path(self, *, won: bool) -> list[int]:
        """Stages in the order in which they are entered, the last one Won or Lost."""
        dice, start = self.dice, self.start
        add_on = start.product in (terms.CARE, terms.PREDICT) or start.source == "Existing customer"
        path = [DISCOVERY]
        if not dice.chance(9):
            path.append(QUALIFIED)
        if dice.chance(16 if add_on else 66):
            path.append(PILOT)
        path.append(PROPOSAL)
        if not dice.chance(14):
            path.append(NEGOTIATION)
        if not won:
            leaves = dice.weighted(terms.LOST_AFTER)
            path = [stage for stage in path if stage <= leaves]
        elif add_on and dice.chance(12):
            path.remove(DISCOVERY)
        if len(path) > 2 and dice.chance(7):
            path += [path[-2], path[-1]]
        return [*path, WON if won else LOST]

    def _moves(self, path: Sequence[int]) -> list[tuple[dt.date, int]]:
        start, dice = self.start, self.dice
        pace = start.trait.pace * terms.PACE_PERCENT[start.source] // 100
        day, moves = start.day, [(start.day, path[0])]
        for stage, following in pairwise(path):
            length = terms.TYPICAL_DAYS[stage] * dice.middling(30, 185) * pace // 10_000
            if following == LOST:
                length = length * 13 // 10 + dice.whole(3, 24)
            day = self._on(day + max(length, 2) * DAY)
            if following == WON:
                day = self._late_in_quarter(day)
            moves.append((day, following))
        return moves

    def _late_in_quarter(self, day: dt.date) -> dt.date:
        """Many signatures wait for the end of a quarter, some for the end of a month."""
        ends = month_after(quarter_start(day), 3) - DAY
        if (ends - day).days <= 61 and self.dice.chance(46):
            return self.days.moved(self.start.region, ends + DAY, -self.dice.whole(1, 7))
        if self.dice.chance(14):
            return max(day, self.days.moved(self.start.region, month_after(day, 1), -self.dice.whole(1, 4)))
        return day

    def _estimate(self) -> int:
        """In whole units of the currency: early on nobody speaks of cents."""
        share = self.start.trait.size * self.dice.middling(70, 126)
        return self.list_value * share // 10_000 // 100 * 100

    def _quoted(self, stage: int, before: Value) -> Value:
        """What stands in the quote: list less a discount, to the cent; later ones only sometimes differ."""
        if stage == DISCOVERY or not isinstance(before, int):
            return self._estimate()
        if stage == PROPOSAL:
            return self.list_value * self.start.trait.size * self.dice.middling(830, 1080) // 100_000
        if self.dice.chance(46 if stage == NEGOTIATION else 18):
            return before * (1000 - self.dice.whole(11, 96)) // 1000
        return before

    def _lost(self, stage: int, competitor: str) -> Fields:
        reason = self.dice.weighted(terms.LOSS_REASONS[stage])
        fields: dict[str, Value] = {"loss_reason": reason}
        if reason == "A competitor" and not competitor:
            fields["competitor"] = self.dice.weighted(
                {name: weight for name, weight in terms.COMPETITORS.items() if name[0].isupper()}
            )
        return fields

    def next_step(self, stage: int, day: dt.date) -> Fields:
        words = (CHINESE_NEXT_STEPS if self.start.chinese else NEXT_STEPS)[stage]
        machine = self.dice.pick(self.start.phrases) if self.start.phrases else ""
        due = self.days.moved(self.start.region, day, self.dice.whole(6, 19))
        return {"next_step": self.dice.pick(words).format(machine=machine), "next_step_due": due}

    def _pushes(self, steps: Sequence[Step], end: dt.date) -> list[Step]:
        """Close dates that were too early, moved when they came near or had passed."""
        dice, region = self.dice, self.start.region
        set_on = {step.day: day for step in steps if isinstance(day := step.fields.get("expected_close"), dt.date)}
        opened = min(set_on)
        pushes: list[Step] = []
        expected = set_on[opened]
        while expected < end and len(pushes) < 6:
            moved_on = self._on(max(opened + DAY, expected + dice.whole(-3, 22) * 100 // self.start.trait.care * DAY))
            newer = [day for day in set_on if opened < day <= moved_on]
            if newer:
                opened = newer[0]
                expected = set_on.pop(opened)
                continue
            if moved_on >= end:
                break
            expected = self._on(expected + dice.middling(12, 62) * DAY)
            if dice.chance(30):
                expected = self.days.on_or_before(region, month_after(expected, 1) - DAY)
            expected = max(expected, self._on(moved_on + 6 * DAY))
            pushes.append(Step(moved_on, {"expected_close": expected}, reason=dice.pick(PUSH_REASONS)))
            opened = moved_on
        return pushes

    def _upkeep(self, moves: Sequence[tuple[dt.date, int]], end: dt.date) -> list[Step]:
        """New next steps while a stage lasts; who takes less care leaves longer gaps."""
        steps = []
        for (entered, stage), (left, _) in pairwise(moves):
            day = entered
            while True:
                gap = self.dice.whole(8, 20) * 100 // self.start.trait.care
                day = self._on(day + gap * DAY)
                if day >= min(left, end):
                    break
                steps.append(Step(day, self.next_step(stage, day)))
        return steps

    def _reopened(self, end: dt.date, estimate: Value) -> list[Step]:
        day = self._on(end + self.dice.whole(38, 110) * DAY)
        again = self._on(day + self.dice.whole(40, 120) * DAY)
        fields: dict[str, Value] = {"stage_id": QUALIFIED, "expected_close": again}
        if estimate is None:
            fields["amount_minor"] = self._estimate()
        steps = [Step(day, fields | dict(self.next_step(QUALIFIED, day)), reason="They called back")]
        last = self._on(again + self.dice.whole(-9, 30) * DAY)
        if self.dice.chance(50):
            return [*steps, Step(last, {"stage_id": WON})]
        return [*steps, Step(last, {"stage_id": LOST, "loss_reason": "No decision"})]

    def _on(self, day: dt.date) -> dt.date:
        return self.days.on_or_after(self.start.region, day)
