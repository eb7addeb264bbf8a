"""What is told rather than drawn: the named customers, and where Dana Whitfield stands on the day."""

import datetime as dt
from collections.abc import Iterable, Sequence

from store.demo.catalogue import (
    CARE,
    DISCOVERY,
    NEGOTIATION,
    ONSITE,
    PILOT,
    PREDICT,
    PROPOSAL,
    QUALIFIED,
    WATCH,
    WON,
    units,
)
from store.demo.history import Deal, Step, Value
from store.demo.market import Customer
from store.demo.people import IDS, member_of, region_of
from store.demo.targets import Target
from store.demo.working_days import WorkingDays, month_after, quarter_start

DANA = "Dana Whitfield"
HUADONG = "Huadong Water 华东水务"
ON_PACE_PER_MILLE = 934
"""What Dana has booked this quarter, against what the elapsed working days ask for."""
MACHINE_AND_KIT = 1_760_00
"""What a machine comes to in a usual contract."""
LEAST_BOOKING = 6_000_00


class Story:
    """Tells opportunities by days before the day that the company is made for."""

    def __init__(self, day: dt.date, days: WorkingDays, customers: Iterable[Customer]) -> None:
        self.day, self.days = day, days
        self.last = day - dt.timedelta(days=1)
        self.customers = {customer.name: customer for customer in customers}

    def ago(self, count: int, region: str = "Americas") -> dt.date:
        """A working day so many days before the day."""
        return self.days.on_or_before(region, self.day - dt.timedelta(days=count))

    def _ahead(self, count: int) -> dt.date:
        """So many working days after the day."""
        return self.days.moved("Americas", self.day, count)

    def next_day(self) -> dt.date:
        """The next working day after the day."""
        return self.days.on_or_after("Americas", self.day + dt.timedelta(days=1))

    def deal(
        self,
        owner: str,
        account: str,
        product: int,
        what: str,
        *told: tuple[int, dict[str, Value]],
        machines: int,
        contacts: int = 2,
    ) -> Deal:
        """Steps as (days ago, fields); the first one opens it."""
        customer = self.customers[account]
        name = f"{account} – {what}"
        region = region_of(member_of(IDS[owner]))
        first: dict[str, Value] = {
            "name": name,
            "account_id": customer.id,
            "owner_id": IDS[owner],
            "product_id": product,
            "currency": customer.currency,
            "quantity": units(product, machines),
            "opened_on": self.ago(told[0][0], region),
            "source": "Existing customer" if product in (PREDICT, CARE) else "Referral",
        }
        steps = [Step(self.ago(count, region), fields) for count, fields in told]
        steps[0] = Step(steps[0].day, first | dict(steps[0].fields))
        return Deal(steps, [person.id for person in customer.people[:contacts]])

    def list_landmarks(self) -> list[Deal]:
        """The sales behind the customer stories of the playbook."""
        return [
            self._landmark("Dana Whitfield", "Lakeshore Foods", WATCH, "Watch, three plants", 186, 190_085_00, 96),
            self._landmark("Jonas Weber", "Brandt Paper", WATCH, "Watch, two mills", 437, 370_321_00, 212),
            self._landmark(
                "Beatriz Fonseca", "Rio Claro Cement", ONSITE, "Onsite, Rio Claro kiln", 262, 192_664_00, 71
            ),
            self._landmark("Li Na 李娜", HUADONG, ONSITE, "Onsite, 43 stations 泵站", 518, 5_222_500_00, 387),
        ]

    def _landmark(
        self, owner: str, account: str, product: int, what: str, won_ago: int, minor: int, machines: int
    ) -> Deal:
        return self.deal(
            owner,
            account,
            product,
            what,
            (won_ago + 147, {"stage_id": DISCOVERY, "amount_minor": minor * 87 // 10_000 * 100}),
            (won_ago + 126, {"stage_id": QUALIFIED, "expected_close": self.ago(won_ago + 20)}),
            (won_ago + 104, {"stage_id": PILOT}),
            (
                won_ago + 41,
                {"stage_id": PROPOSAL, "amount_minor": minor + 9_840_00, "expected_close": self.ago(won_ago)},
            ),
            (won_ago + 17, {"stage_id": NEGOTIATION, "amount_minor": minor}),
            (won_ago, {"stage_id": WON}),
            machines=machines,
            contacts=4,
        )

    def list_danas(self, targets: Sequence[Target]) -> list[Deal]:
        """Dana's quarter so far, a deal at risk, a close date to move, a meeting ahead, two deals on one account."""
        return [
            *self._booked(targets),
            self._at_risk(),
            self._overdue(),
            self._meeting(),
            *self._two_on_one_account(),
        ]

    def _booked(self, targets: Sequence[Target]) -> list[Deal]:
        """Won deals of the quarter that leave Dana a little behind the pace."""
        start = quarter_start(self.day)
        end = month_after(start, 3)
        goal = sum(t.asked for t in targets if t.is_usual and t.person_id == IDS[DANA] and start <= t.month < end)
        done = self.days.count("Americas", start, self.day)
        due = goal * done * ON_PACE_PER_MILLE // self.days.count("Americas", start, end) // 1000
        if due < LEAST_BOOKING:
            return []
        parts = [due] if done < 21 else [due * 617 // 1000, due - due * 617 // 1000]
        told = [
            ("Cedar Hollow Creamery", WATCH, "Watch, Burlington plant"),
            ("Hadley Drivetrain", CARE, "Care, Dayton works"),
        ]
        deals = []
        for (account, product, what), minor, back in zip(told, parts, (4, 17), strict=False):
            won = max(self.ago(back), self.days.on_or_after("Americas", start))
            ago = (self.day - won).days
            before: dict[str, Value] = {
                "stage_id": NEGOTIATION,
                "expected_close": won,
                "amount_minor": minor * 104 // 100,
            }
            deal = self.deal(
                DANA,
                account,
                product,
                what,
                (
                    ago + 93,
                    {
                        "stage_id": DISCOVERY,
                        "amount_minor": minor * 9 // 1000 * 100,
                        "expected_close": self.ago(ago + 6),
                    },
                ),
                (ago + 71, {"stage_id": QUALIFIED}),
                (ago + 38, {"stage_id": PROPOSAL, "amount_minor": minor * 104 // 100, "competitor": "Pulsegrid"}),
                (ago + 15, before),
                (ago, {"stage_id": WON, "amount_minor": minor}),
                machines=max(minor // MACHINE_AND_KIT, 12),
                contacts=3,
            )
            deals.append(deal)
        return deals

    def _at_risk(self) -> Deal:
        """Large, in commit, pushed three times, silent for weeks, and nobody has met the one who signs."""
        closing = self.days.on_or_before("Americas", month_after(self.day, 1) - dt.timedelta(days=1))
        deal = self.deal(
            DANA,
            "Great Bend Paper",
            WATCH,
            "Watch, Erie mill",
            (171, {"stage_id": DISCOVERY, "amount_minor": 118_600_00, "expected_close": self.ago(64)}),
            (149, {"stage_id": QUALIFIED, "competitor": "MachineMind"}),
            (121, {"stage_id": PILOT, "amount_minor": 126_300_00}),
            (66, {"expected_close": self.ago(31)}),
            (52, {"stage_id": PROPOSAL, "amount_minor": 148_732_40}),
            (33, {"expected_close": self.ago(8)}),
            (26, {"stage_id": NEGOTIATION}),
            (11, {
                "expected_close": max(closing, self.next_day()),
                "next_step": "Get the purchase order number",
                "next_step_due": self.ago(6),
            }),
            machines=78,
            contacts=1,
        )  # fmt: skip
        deal.notes = [
            (self.ago(120), "meeting", "both", "Sensors on the vacuum pumps and the dryer bearings, half a day."),
            (self.ago(93), "call", "in", "First finding: vacuum pump 2. They opened it, inner race worn."),
            (self.ago(52), "demo", "both", "Showed the work orders. Maintenance is convinced, the CFO was not there."),
            (self.ago(30), "meeting", "both", "Verbal yes from maintenance. Still nobody from finance at the table."),
            (self.ago(25), "call", "out", "Redlines come this week, they say. Purchase order right after."),
            (self.ago(18), "email", "out", "Asked for the redlines and the purchase order number."),
            (self.ago(11), "email", "out", "Asked again. MachineMind is said to be back in the house."),
            (self.ago(6), "call", "out", ""),
        ]
        return deal

    def _overdue(self) -> Deal:
        """Its close date has passed, and everybody knows that it will be later."""
        deal = self.deal(
            DANA,
            "Calloway Resins",
            WATCH,
            "Watch, Macon site",
            (84, {"stage_id": DISCOVERY, "amount_minor": 61_900_00, "expected_close": self.ago(4)}),
            (62, {"stage_id": QUALIFIED}),
            (29, {"stage_id": PROPOSAL, "amount_minor": 67_418_75, "competitor": "Pulsegrid"}),
            (9, {"next_step": "Send the revised quote without the agitator", "next_step_due": self.next_day()}),
            machines=43,
            contacts=3,
        )
        deal.notes = [
            (self.ago(83), "call", "out", "Two stops of the agitator gearbox last spring. Wants to see a case."),
            (self.ago(60), "meeting", "both", "Site tour. 43 machines, closed network, gateway over LTE is fine."),
            (self.ago(29), "email", "out", "Quote sent, valid 30 days."),
            (
                self.ago(9),
                "call",
                "in",
                "Board meets only after the inventory. They want the quote without the agitator.",
            ),
            (self.ago(3), "email", "in", "Still on. Signature not before the middle of next month."),
        ]
        return deal

    def _meeting(self) -> Deal:
        """Tomorrow at ten the pilot is reviewed."""
        due = self.next_day()
        deal = self.deal(
            DANA,
            "Harborview Chemicals",
            ONSITE,
            "Onsite, Baltimore site",
            (118, {"stage_id": DISCOVERY, "amount_minor": 141_200_00}),
            (97, {"stage_id": QUALIFIED, "expected_close": self._ahead(29)}),
            (55, {"stage_id": PILOT, "amount_minor": 163_875_00, "competitor": "Ironlog"}),
            (5, {"next_step": f"Pilot review with the plant manager, {due:%a} 10:00", "next_step_due": due}),
            machines=64,
            contacts=4,
        )
        deal.notes = [
            (self.ago(117), "call", "in", "Came through Calloway. Closed network, nothing may leave the site."),
            (self.ago(96), "meeting", "both", "OT security at the table from the start. Own servers are a must."),
            (self.ago(54), "meeting", "both", "Mounted on the centrifuge and the feed pumps in half a day."),
            (self.ago(33), "email", "out", "Week 3: baseline finished, alerts go to the shift lead."),
            (
                self.ago(14),
                "call",
                "in",
                "Bearing of feed pump 4 changed after our alert, three weeks before it was planned.",
            ),
            (self.ago(5), "email", "in", f"Confirmed for {due:%A} at ten. The plant manager brings the CFO."),
            (
                self.ago(1),
                "note",
                "both",
                "Ask for the roll-out plan and the signature date. Bring the feed pump photos.",
            ),
        ]
        return deal

    def _two_on_one_account(self) -> list[Deal]:
        decision, later = self._ahead(18), self._ahead(61)
        predict = self.deal(
            DANA,
            "Lakeshore Foods",
            PREDICT,
            "Predict, three plants",
            (47, {"stage_id": QUALIFIED, "amount_minor": 44_640_00, "expected_close": decision}),
            (19, {"stage_id": PROPOSAL, "amount_minor": 42_854_40}),
            (4, {"next_step": "Show the CFO the three-year price", "next_step_due": self._ahead(4)}),
            machines=96,
            contacts=3,
        )  # fmt: skip
        predict.notes = [
            (self.ago(46), "meeting", "both", "90 days of data are in. They ask for a forecast on the compressors."),
            (self.ago(19), "email", "out", "Quote sent: 96 machines, 12 months, 4 % off."),
            (self.ago(7), "call", "in", "Maintenance wants it this year. CFO asks for the three-year price."),
        ]
        watch = self.deal(
            DANA,
            "Lakeshore Foods",
            WATCH,
            "Watch, Traverse City plant",
            (31, {"stage_id": DISCOVERY, "amount_minor": 74_300_00, "expected_close": later}),
            (12, {"stage_id": QUALIFIED}),
            (8, {"next_step": "Walk the plant, complete the machine list", "next_step_due": self._ahead(6)}),
            machines=38,
            contacts=2,
        )  # fmt: skip
        watch.notes = [
            (self.ago(31), "call", "in", "Fourth plant, came with an acquisition. About 38 machines."),
            (
                self.ago(12),
                "meeting",
                "both",
                "New plant manager wants the same as Holland. Old contract ends in spring.",
            ),
            (self.ago(8), "email", "out", "Sent the machine list template."),
        ]
        return [predict, watch]
