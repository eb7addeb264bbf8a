"""Who works at the demo company."""

import datetime as dt
from dataclasses import dataclass

from store.models import Role

TEAMS = (
    ("Americas East", "Americas", "USD"),
    ("Americas West", "Americas", "USD"),
    ("EMEA", "EMEA", "EUR"),
    ("Asia-Pacific", "Asia-Pacific", "CNY"),
)
"""Name, region, and the currency in which the team sells and has its targets."""

NEW_YORK, CHICAGO, DENVER, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
BERLIN, PARIS, WARSAW, COPENHAGEN = "Europe/Berlin", "Europe/Paris", "Europe/Warsaw", "Europe/Copenhagen"
CN = "Asia/Shanghai"

RAMP = (0, 25, 50, 75, 100)
"""Share of the full target in the first months, in percent."""


@dataclass(frozen=True)
class Trait:
    """How somebody sells, in percent of the usual; `target` is a full month's, in units of the team's currency."""

    target: int = 0
    wins: int = 100
    pace: int = 100
    size: int = 100
    care: int = 100
    """How well next steps and close dates are kept."""


@dataclass(frozen=True)
class Member:
    """One person. `since` and `until` count days before the day that the company is made for."""

    name: str
    slack_id: str
    title: str
    role: Role
    team: str
    zone: str
    since: int
    locale: str = ""
    trait: Trait = Trait()
    until: int | None = None

    @property
    def email(self) -> str:
        plain = "".join(
            _PLAIN.get(letter, letter) for letter in self.name.lower() if letter.isascii() or letter in _PLAIN
        )
        return f"{'.'.join(plain.split())}@corvane.example"

    @property
    def is_rep(self) -> bool:
        """Whether they have accounts and targets of their own; the specialist only helps the others."""
        return self.role is Role.REP and self.trait.target > 0


_PLAIN = {"é": "e", "ø": "o", "ü": "ue"}

ZH = "zh"
REP = "Account Executive"
SENIOR = "Senior Account Executive"
EAST, WEST, EMEA, APAC = "Americas East", "Americas West", "EMEA", "Asia-Pacific"

MEMBERS = (
    Member("Margaret Okafor", "UMARGARET", "VP Sales", Role.ADMIN, "", NEW_YORK, 2904),
    Member("Tom Lindqvist", "UTOM", "Sales Operations", Role.ADMIN, "", NEW_YORK, 1711),
    Member("Priya Raman", "UPRIYA", "Regional Manager Americas East", Role.MANAGER, EAST, NEW_YORK, 2133),
    Member("Diego Salazar", "UDIEGO", "Regional Manager Americas West", Role.MANAGER, WEST, DENVER, 1866),
    Member("Katrin Vogel", "UKATRIN", "Regional Manager EMEA", Role.MANAGER, EMEA, BERLIN, 2399),
    Member("Chen Wei 陈伟", "UCHENWEI", "Regional Manager Asia-Pacific", Role.MANAGER, APAC, CN, 1528, ZH),
    Member("Dana Whitfield", "UDANA", SENIOR, Role.REP, EAST, NEW_YORK, 1402, "", Trait(80_900, 112, 96, 100, 95)),
    Member("Marcus Bell", "UMARCUS", SENIOR, Role.REP, EAST, NEW_YORK, 1689, "", Trait(82_400, 104, 108, 104, 90)),
    Member("Colleen Byrne", "UCOLLEEN", REP, Role.REP, EAST, NEW_YORK, 977, "", Trait(68_600, 94, 92, 90, 115)),
    Member("Jamal Foster", "UJAMAL", REP, Role.REP, EAST, CHICAGO, 128, "", Trait(63_900, 92, 100, 88, 110)),
    Member("Sam Osei", "USAM", REP, Role.REP, EAST, NEW_YORK, 21, "", Trait(63_900, 90, 100, 85, 110)),
    Member("Tyler Nakamura", "UTYLER", SENIOR, Role.REP, WEST, PACIFIC, 1320, "", Trait(84_300, 116, 90, 106, 85)),
    Member("Beatriz Fonseca", "UBEATRIZ", REP, Role.REP, WEST, CHICAGO, 1103, "", Trait(72_000, 106, 104, 98, 100)),
    Member("Hannah Lindgren", "UHANNAH", REP, Role.REP, WEST, DENVER, 842, "", Trait(67_400, 86, 118, 96, 60)),
    Member("Owen Castellano", "UOWEN", REP, Role.REP, WEST, PACIFIC, 431, "", Trait(68_000, 98, 100, 92, 95)),
    Member("Greg Harlan", "UGREG", REP, Role.REP, WEST, CHICAGO, 1215, "", Trait(66_200, 70, 120, 94, 45), 74),
    Member("Jonas Weber", "UJONAS", SENIOR, Role.REP, EMEA, BERLIN, 1544, "", Trait(74_400, 110, 100, 104, 120)),
    Member("Aurélie Marchand", "UAURELIE", REP, Role.REP, EMEA, PARIS, 1018, "", Trait(67_300, 102, 94, 96, 100)),
    Member("Julia Hartmann", "UJULIAH", REP, Role.REP, EMEA, BERLIN, 1247, "", Trait(66_900, 96, 102, 98, 105)),
    Member("Julia Kowalska", "UJULIAK", REP, Role.REP, EMEA, WARSAW, 689, "", Trait(62_500, 108, 88, 86, 90)),
    Member("Søren Dahl", "USOREN", REP, Role.REP, EMEA, COPENHAGEN, 83, "", Trait(64_200, 94, 100, 90, 105)),
    Member("Li Na 李娜", "ULINA", SENIOR, Role.REP, APAC, CN, 1391, ZH, Trait(530_800, 114, 92, 102)),
    Member("Zhang Lei 张磊", "UZHANGLEI", REP, Role.REP, APAC, CN, 958, ZH, Trait(469_800, 96, 106, 98, 80)),
    Member("Wang Fang 王芳", "UWANGFANG", REP, Role.REP, APAC, CN, 522, ZH, Trait(455_600, 102, 98, 94, 105)),
    Member("Liu Yang 刘洋", "ULIUYANG", REP, Role.REP, APAC, CN, 1156, ZH, Trait(462_200, 90, 112, 96, 70)),
    Member("Nora Eklund", "UNORA", "Onsite Specialist", Role.REP, "", NEW_YORK, 1256),
)  # fmt: skip

IDS = {member.name: number for number, member in enumerate(MEMBERS, start=1)}
TEAM_IDS = {name: number for number, (name, _, _) in enumerate(TEAMS, start=1)}
REGION_OF = {name: region for name, region, _ in TEAMS}
CURRENCY_OF = {name: currency for name, _, currency in TEAMS}
MANAGER_OF = {member.team: IDS[member.name] for member in MEMBERS if member.role is Role.MANAGER}
VP, SALES_OPS = IDS["Margaret Okafor"], IDS["Tom Lindqvist"]
SPECIALIST = IDS["Nora Eklund"]
"""Helps to sell Onsite and has overlay credit for it."""

LEAVER, LEAVERS_HEIRS = "Greg Harlan", ("Diego Salazar", "Owen Castellano", "Hannah Lindgren", "Beatriz Fonseca")
"""Who has left, and who took over the open opportunities."""
NEW_HIRE, NEW_HIRES_GIVERS = "Sam Osei", ("Marcus Bell", "Colleen Byrne")
"""Who has just started, and from whom the first accounts came."""
OFF_BOARDS = ("Hannah Lindgren",)
"""Who would rather not be named on leaderboards."""
QUIET = {"Katrin Vogel": ("18:30", "07:30")}
"""Wall-clock times between which somebody wants no report."""


def member_of(person_id: int) -> Member:
    return MEMBERS[person_id - 1]


def manager_of(member: Member) -> int | None:
    """Reps report to their team's manager, everybody else to the VP, who reports to nobody."""
    if IDS[member.name] == VP:
        return None
    return MANAGER_OF.get(member.team, VP) if member.role is Role.REP else VP


def region_of(member: Member) -> str:
    return REGION_OF.get(member.team, "Americas")


def started_on(member: Member, day: dt.date) -> dt.date:
    """First day at the company, a Monday."""
    first = day - dt.timedelta(days=member.since)
    return first - dt.timedelta(days=first.weekday())


def left_on(member: Member, day: dt.date) -> dt.date | None:
    """Last day at the company, a Friday."""
    if member.until is None:
        return None
    last = day - dt.timedelta(days=member.until)
    return last - dt.timedelta(days=(last.weekday() - 4) % 7)


def ramp_share(member: Member, month: dt.date, day: dt.date) -> int:
    """Percent of the full target in a month: nothing before the first month, then by steps."""
    first = started_on(member, day)
    months = (month.year - first.year) * 12 + month.month - first.month
    if months < 0:
        return 0
    return RAMP[months] if months < len(RAMP) else 100
