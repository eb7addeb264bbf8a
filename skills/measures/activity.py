"""Activity: how often, with whom, for how long, and what came of it (domain 3.14)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from skills.measures.distribution import Distribution

HOUR = 60


@dataclass
class Effort:
    """What one person, or several together, did in a period. Duplicates are counted apart and are in nothing else."""

    days: int = 0
    """Working days on which they were there."""
    counts: dict[str, int] = field(default_factory=dict)
    """Activities by kind."""
    accounts: int = 0
    """Distinct customers reached by the kind that is asked about."""
    dials: int = 0
    """Calls that were not made by the customer."""
    connects: int = 0
    """Dials that reached somebody."""
    unknown: int = 0
    """Dials that say nothing of how they ended; they are no connects."""
    minutes: Fraction = Fraction(0)
    """With customers, in calls, meetings and demos."""
    new_minutes: Fraction = Fraction(0)
    """Those with customers who had bought nothing before."""
    estimated: int = 0
    """Activities without a duration, for which the median of their kind counts."""
    untimed: int = 0
    """Those for which there is no median either; they have no minutes."""
    duplicates: int = 0
    bulk: int = 0
    """Entered in bulk; they are counted, and said."""
    deals: int = 0
    value: Fraction = Fraction(0)
    """Won, in minor units."""
    unconverted: int = 0
    """Won deals whose amount has no rate: with any of them, values have no value."""

    @property
    def meetings(self) -> int:
        return self.counts.get("meeting", 0) + self.counts.get("demo", 0)

    def per_day(self, kind: str) -> Fraction | None:
        return _ratio(self.counts.get(kind, 0), self.days)

    def per_account(self, kind: str) -> Fraction | None:
        return _ratio(self.counts.get(kind, 0), self.accounts)

    @property
    def new_share(self) -> Fraction | None:
        return self.new_minutes / self.minutes if self.minutes else None

    @property
    def connect_rate(self) -> Fraction | None:
        return _ratio(self.connects, self.dials)

    @property
    def meeting_rate(self) -> Fraction | None:
        return _ratio(self.meetings, self.connects)

    @property
    def deal_rate(self) -> Fraction | None:
        return _ratio(self.deals, self.meetings)

    @property
    def value_per_hour(self) -> Fraction | None:
        """Minor units."""
        return None if self.unconverted or not self.minutes else self.value * HOUR / self.minutes

    def add(self, other: "Effort") -> None:
        """Sums, so that ratios are ratios of sums. Customers of several are not added up: the same may be in both."""
        self.days += other.days
        for kind, count in other.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        self.dials += other.dials
        self.connects += other.connects
        self.unknown += other.unknown
        self.minutes += other.minutes
        self.new_minutes += other.new_minutes
        self.estimated += other.estimated
        self.untimed += other.untimed
        self.duplicates += other.duplicates
        self.bulk += other.bulk
        self.deals += other.deals
        self.value += other.value
        self.unconverted += other.unconverted


@dataclass(frozen=True, slots=True)
class Timed:
    """So many activities of one kind and length, with customers who had bought before or not. None is not known."""

    person_id: int
    kind: str
    minutes: int | None
    is_new: bool
    count: int


def medians(timed: Iterable[Timed]) -> Mapping[str, Fraction]:
    """The median length of each kind, of those that have one."""
    lengths: dict[str, list[tuple[int, int]]] = {}
    for row in timed:
        if row.minutes is not None:
            lengths.setdefault(row.kind, []).append((row.minutes, row.count))
    found = {kind: Distribution.of(pairs).median for kind, pairs in lengths.items()}
    return {kind: median for kind, median in found.items() if median is not None}


def add_time(effort: Effort, row: Timed, usual: Mapping[str, Fraction]) -> None:
    """The minutes of these activities; where their length is not known, the usual one of their kind."""
    length = usual.get(row.kind) if row.minutes is None else Fraction(row.minutes)
    if row.minutes is None and length is not None:
        effort.estimated += row.count
    if length is None:
        effort.untimed += row.count
        return
    effort.minutes += length * row.count
    if row.is_new:
        effort.new_minutes += length * row.count


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
