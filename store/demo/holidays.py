"""Public holidays of the three regions, and the Chinese make-up working days."""

import datetime as dt
from collections.abc import Iterator

Day = tuple[dt.date, bool, str]
"""Day, whether people work, and what it is called."""

ONE = dt.timedelta(days=1)

SPRING_FESTIVAL = (
    "2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 "
    "2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
)
DRAGON_BOAT = (
    "2019-06-07 2020-06-25 2021-06-14 2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 "
    "2028-05-28 2029-06-16 2030-06-05 2031-06-24 2032-06-12 2033-06-01 2034-06-20 2035-06-10"
)
MID_AUTUMN = (
    "2019-09-13 2020-10-01 2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 "
    "2028-10-03 2029-09-22 2030-09-12 2031-10-01 2032-09-19 2033-09-08 2034-09-27 2035-09-16"
)

# As announced for these years: (first day off, last day off, name), and the weekend days that are worked instead.
ANNOUNCED: dict[int, tuple[tuple[tuple[str, str, str], ...], str]] = {
    2023: (
        (
            ("01-01", "01-02", "元旦"),
            ("01-21", "01-27", "春节"),
            ("04-05", "04-05", "清明节"),
            ("04-29", "05-03", "劳动节"),
            ("06-22", "06-24", "端午节"),
            ("09-29", "10-06", "中秋节、国庆节"),
        ),
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        (
            ("01-01", "01-01", "元旦"),
            ("02-10", "02-17", "春节"),
            ("04-04", "04-06", "清明节"),
            ("05-01", "05-05", "劳动节"),
            ("06-10", "06-10", "端午节"),
            ("09-15", "09-17", "中秋节"),
            ("10-01", "10-07", "国庆节"),
        ),
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        (
            ("01-01", "01-01", "元旦"),
            ("01-28", "02-04", "春节"),
            ("04-04", "04-06", "清明节"),
            ("05-01", "05-05", "劳动节"),
            ("05-31", "06-02", "端午节"),
            ("10-01", "10-08", "国庆节、中秋节"),
        ),
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        (
            ("01-01", "01-03", "元旦"),
            ("02-15", "02-23", "春节"),
            ("04-04", "04-06", "清明节"),
            ("05-01", "05-05", "劳动节"),
            ("06-19", "06-21", "端午节"),
            ("09-25", "09-27", "中秋节"),
            ("10-01", "10-07", "国庆节"),
        ),
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
MADE_UP = "调休上班"


def list_holidays(region: str, year: int) -> list[Day]:
    """The days of a year that differ from the weekly rule in a region, in order; each day once."""
    rule = {"Americas": _american, "EMEA": _german, "Asia-Pacific": _chinese}[region]
    days: dict[dt.date, Day] = {}
    for day in rule(year):
        if day[0].year == year:
            days.setdefault(day[0], day)
    return [days[day] for day in sorted(days)]


def _american(year: int) -> Iterator[Day]:
    thanksgiving = _nth(year, 11, 3, 4)
    yield _observed(dt.date(year, 1, 1)), False, "New Year's Day"
    yield _nth(year, 1, 0, 3), False, "Martin Luther King Jr. Day"
    yield _nth(year, 6, 0, 1) - dt.timedelta(days=7), False, "Memorial Day"
    yield _observed(dt.date(year, 6, 19)), False, "Juneteenth"
    yield _observed(dt.date(year, 7, 4)), False, "Independence Day"
    yield _nth(year, 9, 0, 1), False, "Labor Day"
    yield thanksgiving, False, "Thanksgiving"
    yield thanksgiving + ONE, False, "Day after Thanksgiving"
    yield _observed(dt.date(year, 12, 25)), False, "Christmas Day"
    yield _observed(dt.date(year + 1, 1, 1)), False, "New Year's Day"


def _german(year: int) -> Iterator[Day]:
    easter = _easter(year)
    yield dt.date(year, 1, 1), False, "Neujahr"
    yield dt.date(year, 3, 8), False, "Frauentag"
    yield easter - 2 * ONE, False, "Karfreitag"
    yield easter + ONE, False, "Ostermontag"
    yield dt.date(year, 5, 1), False, "Tag der Arbeit"
    yield easter + 39 * ONE, False, "Christi Himmelfahrt"
    yield easter + 50 * ONE, False, "Pfingstmontag"
    yield dt.date(year, 10, 3), False, "Tag der Deutschen Einheit"
    yield dt.date(year, 12, 25), False, "1. Weihnachtstag"
    yield dt.date(year, 12, 26), False, "2. Weihnachtstag"


def _chinese(year: int) -> Iterator[Day]:
    if year not in ANNOUNCED:
        yield from _chinese_by_rule(year)
        return
    stretches, worked = ANNOUNCED[year]
    for first, last, name in stretches:
        for day in _days(dt.date.fromisoformat(f"{year}-{first}"), dt.date.fromisoformat(f"{year}-{last}")):
            yield day, False, name
    for text in worked.split():
        yield dt.date.fromisoformat(f"{year}-{text}"), True, MADE_UP


def _chinese_by_rule(year: int) -> Iterator[Day]:
    """For years without an announcement here: the usual lengths, and weekends worked for the days that were bridged."""
    qingming = dt.date(year, 4, 4 if year % 4 in (0, 1) else 5)
    stretches = [(dt.date(year, 1, 1), 1, 1, "元旦"), (qingming, 1, 1, "清明节"), (dt.date(year, 5, 1), 5, 2, "劳动节")]
    for table, name in ((DRAGON_BOAT, "端午节"), (MID_AUTUMN, "中秋节")):
        stretches += [(day, 1, 1, name) for day in _lunar(table, year)]
    # The eve belongs to the festival.
    stretches += [(day - ONE, 8, 4, "春节") for day in _lunar(SPRING_FESTIVAL, year)]
    stretches.append((dt.date(year, 10, 1), 7, 3, "国庆节"))
    off = {first + i * ONE: name for first, length, _, name in stretches for i in range(length)}
    yield from ((day, False, name) for day, name in off.items())
    taken = set(off)
    for first, length, statutory, _ in stretches:
        last = first + (length - 1) * ONE
        bridged = sum(day.weekday() < 5 for day in _days(first, last)) - statutory
        for count in range(bridged):
            day = _free_weekend_day(first, last, taken, before=count % 2 == 0)
            taken.add(day)
            yield day, True, MADE_UP


def _free_weekend_day(first: dt.date, last: dt.date, taken: set[dt.date], *, before: bool) -> dt.date:
    """The nearest Sunday before a stretch, or Saturday after it, that is not a holiday."""
    day, step, weekday = (first, -ONE, 6) if before else (last, ONE, 5)
    while day.weekday() != weekday or day in taken:
        day += step
    return day


def _lunar(table: str, year: int) -> list[dt.date]:
    return [day for day in map(dt.date.fromisoformat, table.split()) if day.year == year]


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += ONE


def _nth(year: int, month: int, weekday: int, number: int) -> dt.date:
    """The so-many-th weekday (Monday is 0) of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: dt.date) -> dt.date:
    """The Friday before a Saturday, the Monday after a Sunday."""
    return day + {5: -ONE, 6: ONE}.get(day.weekday(), dt.timedelta())


def _easter(year: int) -> dt.date:
    """Easter Sunday by Gauss's rule as corrected by Lichtenberg."""
    century = year // 100
    shift = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    moon = (19 * (year % 19) + shift) % 30
    moon -= moon // 29 + (moon // 28 - moon // 29) * ((year % 19) // 11)
    limit = 21 + moon
    sunday = 7 - (year + year // 4 + 2 - (3 * century + 3) // 4) % 7
    return dt.date(year, 3, 1) + dt.timedelta(days=limit + 7 - (limit - sunday) % 7 - 1)
