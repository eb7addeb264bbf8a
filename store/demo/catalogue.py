"""Stages, products and their prices, sources, competitors and reasons of loss."""

from dataclasses import dataclass

from store.models import Category, Status

STAGES = (
    ("Discovery", Status.OPEN, 10, Category.PIPELINE),
    ("Qualified", Status.OPEN, 25, Category.PIPELINE),
    ("Pilot", Status.OPEN, 45, Category.BEST_CASE),
    ("Proposal", Status.OPEN, 60, Category.BEST_CASE),
    ("Negotiation", Status.OPEN, 80, Category.COMMIT),
    ("Won", Status.WON, 100, Category.CLOSED),
    ("Lost", Status.LOST, 0, Category.OMITTED),
)
"""Name, kind, probability in percent and forecast category on entering."""
DISCOVERY, QUALIFIED, PILOT, PROPOSAL, NEGOTIATION, WON, LOST = range(1, len(STAGES) + 1)

QUALIFIED_FROM = QUALIFIED
"""From this stage on an opportunity counts as qualified."""

TYPICAL_DAYS = {DISCOVERY: 18, QUALIFIED: 24, PILOT: 71, PROPOSAL: 21, NEGOTIATION: 26}

SENSE, WATCH, PREDICT, ONSITE, CARE = range(1, 6)
PRODUCTS = (
    ("Sense", "Hardware", 8_640_00, 4_317_60),
    ("Watch", "Subscription", 1_340_00, 713_25),
    ("Predict", "Subscription", 465_00, 118_40),
    ("Onsite", "Subscription", 38_500_00, 61_943_80),
    ("Care", "Services", 3_150_00, 2_264_50),
)
"""Name, family, list price and cost of a unit in cents: a kit, a machine and year, a machine and year, a site and year,
a year. What a unit costs includes the sensors that come with it."""

TIERS = (400, 150, 50, 0)
"""From so many machines the price of Watch in the same place of its row holds."""


@dataclass(frozen=True)
class Prices:
    """List prices in units of a currency; `watch` has one for each tier."""

    kit: int
    watch: tuple[int, int, int, int]
    predict: int
    onsite: int
    care: int


PRICES = {
    "USD": Prices(8_640, (935, 1_045, 1_190, 1_340), 465, 38_500, 3_150),
    "EUR": Prices(7_960, (860, 960, 1_095, 1_235), 430, 35_400, 2_900),
    "CNY": Prices(61_000, (6_590, 7_370, 8_390, 9_450), 3_280, 271_500, 22_200),
}
MACHINES_OF_A_KIT = 12
CARE_PER_MILLE = 145
LAST_YEARS_PRICES = 945
"""Prices of the fiscal year before, in per mille of today's."""


def list_value(product: int, machines: int, currency: str, *, per_mille: int = 1000) -> int:
    """First-year value at list in minor units, of so many machines; `per_mille` scales the whole price list."""
    prices = PRICES[currency]
    kits = -(-machines // MACHINES_OF_A_KIT) * prices.kit
    yearly = machines * next(price for start, price in zip(TIERS, prices.watch, strict=True) if machines >= start)
    value = {
        SENSE: kits,
        WATCH: kits + yearly,
        PREDICT: machines * prices.predict,
        ONSITE: kits + yearly + prices.onsite,
        CARE: max(yearly * CARE_PER_MILLE // 1000, prices.care),
    }[product]
    return value * per_mille // 10


def units(product: int, machines: int) -> int:
    """How many units of a product so many machines are."""
    return {SENSE: -(-machines // MACHINES_OF_A_KIT), WATCH: machines, PREDICT: machines}.get(product, 1)


MACHINE_BANDS = {(12, 24): 27, (25, 44): 34, (45, 89): 26, (90, 148): 9, (150, 236): 4}
"""How many machines a contract covers, and how often that is."""

SOURCES = {"Existing customer": 30, "Inbound": 24, "Outbound": 20, "Trade fair": 14, "Referral": 12}
"""Where opportunities come from, and how often."""
WIN_PERCENT = {"Existing customer": 55, "Referral": 43, "Inbound": 31, "Trade fair": 25, "Outbound": 19}
PACE_PERCENT = {"Existing customer": 62, "Referral": 85, "Inbound": 96, "Trade fair": 112, "Outbound": 124}

FIRST_PRODUCTS = {WATCH: 59, SENSE: 19, ONSITE: 20, PREDICT: 2}
NEXT_PRODUCTS = {WATCH: 41, PREDICT: 28, CARE: 9, SENSE: 17, ONSITE: 5}
"""What somebody buys first, and what customers add."""

COMPETITORS = {"Pulsegrid": 36, "rounds and spreadsheets": 28, "MachineMind": 20, "Ironlog": 16}

LOST_AFTER = {DISCOVERY: 26, QUALIFIED: 26, PILOT: 15, PROPOSAL: 21, NEGOTIATION: 12}
LOSS_REASONS = {
    DISCOVERY: {"No need": 46, "Lost contact": 30, "Timing": 24},
    QUALIFIED: {"No decision": 30, "Timing": 25, "No need": 20, "A competitor": 14, "Lost contact": 11},
    PILOT: {"No need": 26, "Product gap": 24, "No decision": 22, "Security": 16, "A competitor": 12},
    PROPOSAL: {"Price": 27, "A competitor": 30, "No decision": 28, "Security": 9, "Timing": 6},
    NEGOTIATION: {"Price": 34, "A competitor": 29, "No decision": 20, "Timing": 17},
}
NO_DECISION = ("No decision", "Timing", "Lost contact")
"""Reasons that mean that the customer has bought nothing, from nobody."""


def list_loss_reasons() -> list[str]:
    """Every reason once, in the order in which they come up."""
    return list(dict.fromkeys(reason for reasons in LOSS_REASONS.values() for reason in reasons))
