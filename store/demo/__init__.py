"""A generated company to try everything with: two years of a sales team's life, the same for the same day and seed."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from store.demo.company import Company
from store.demo.people import IDS, MEMBERS, REGION_OF, Member
from store.demo.tables import NotEmpty, write
from store.engine import Database
from store.models import Role

__all__ = ["DemoChannel", "NotEmpty", "build", "list_channels"]


def build(database: Database, *, day: dt.date, seed: int = 7, progress: Callable[[str], None]) -> None:
    """Fill an empty, migrated database with the demo company as it stands on the morning of `day`.

    One transaction; the same `day` and `seed` give the same figures to the cent on every machine.
    `progress` is told in a few words what is being made. Raises `NotEmpty` where there are people already.
    """
    write(database, Company.made(day, seed, progress), progress)


@dataclass(frozen=True)
class DemoChannel:
    """A channel of the demo company's workspace, and the Slack ids of who is in it."""

    name: str
    slack_id: str
    members: tuple[str, ...]
    private: bool = False


def list_channels() -> tuple[DemoChannel, ...]:
    """The channels; the leaver is in none of them any more."""
    staff = [member for member in MEMBERS if member.until is None]

    def of(chosen: Callable[[Member], bool]) -> tuple[str, ...]:
        return tuple(member.slack_id for member in staff if chosen(member))

    def leads(member: Member) -> bool:
        return member.role is Role.ADMIN

    def learns(member: Member) -> bool:
        return member.is_rep and member.since < 180

    return (
        DemoChannel("sales", "CSALES", tuple(member.slack_id for member in staff)),
        DemoChannel("emea", "CEMEA", of(lambda member: leads(member) or REGION_OF.get(member.team) == "EMEA")),
        DemoChannel("apac", "CAPAC", of(lambda member: leads(member) or REGION_OF.get(member.team) == "Asia-Pacific")),
        DemoChannel("deal-desk", "CDEALDESK", of(lambda member: member.role is not Role.REP), private=True),
        DemoChannel("new-hires", "CNEWHIRES", of(lambda member: learns(member) or IDS[member.name] in MENTORS)),
    )


MENTORS = (IDS["Tom Lindqvist"], IDS["Priya Raman"], IDS["Katrin Vogel"], IDS["Dana Whitfield"])
"""Who answers questions in the channel of the new hires."""
