"""Whose public holidays each region keeps, and the few days on which Corvane does otherwise."""

import datetime as dt
from collections.abc import Iterable

import holidays

REGIONS = (("Americas", "US", ""), ("EMEA", "DE", "BE"), ("Asia-Pacific", "CN", ""))
"""Name, ISO 3166-1 code of the country, and ISO 3166-2 code of the part of it that the office is in."""

WORKED = ("Washington's Birthday", "Columbus Day", "Veterans Day")
"""Public holidays of the United States on which Corvane works, as most companies do."""
BRIDGE = "Day after Thanksgiving"

Days = dict[dt.date, tuple[bool, str]]
"""Whether people work on a day that differs from the weekly rule, and what it is called."""


def list_public(region: str, years: Iterable[int]) -> Days:
    """Public holidays of a region's country, and the weekend days that are worked for them."""
    country, subdivision = next((code, part) for name, code, part in REGIONS if name == region)
    # The names are in the calendar's own language unless that is said otherwise, whatever the machine's is.
    listed = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=LANGUAGES[country])
    days = {day: (False, name) for day, name in listed.items()}
    wanted = set(listed.years)
    return days | {day: (True, MADE_UP) for day in sorted(listed.weekend_workdays) if day.year in wanted}


LANGUAGES = {"US": "en_US", "DE": "en_US", "CN": "en_US"}
MADE_UP = "Make-up working day"


def list_extra(region: str, public: Days) -> Days:
    """What Corvane has agreed beyond the public holidays of a region."""
    if region != "Americas":
        return {}
    extra: Days = {}
    for day, (_, name) in public.items():
        if name.removesuffix(" (observed)") in WORKED and day.weekday() < 5:
            extra[day] = (True, name)
        if name == "Thanksgiving Day":
            extra[day + dt.timedelta(days=1)] = (False, BRIDGE)
    return extra
