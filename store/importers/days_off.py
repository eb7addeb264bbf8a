"""When people do not work: leave, and days that differ from a region's rule."""

from collections.abc import Sequence
from typing import Any

from store.importers.accounts import IMPORT_PEOPLE
from store.importers.names import Entity, Names, folded
from store.importers.people import load_people
from store.importers.problems import RowRefused
from store.importers.products import is_yes
from store.importers.work import Draft, Record, Work
from store.importers.writing import check_twice, load_rows, write_unlogged
from store.models import CalendarDay, Leave, Person, Region, Team

EVERYWHERE = frozenset({"", "all", "everywhere", "every region", "全部", "所有", "全公司"})


def import_leave(work: Work, records: Sequence[Record]) -> None:
    """Known by its id, else by person and first day; both days are days of leave."""
    people = load_people(load_rows(work.session, Person))
    rows = load_rows(work.session, Leave)
    by_id = {row["external_id"]: row for row in rows.values() if row["external_id"]}
    by_day = {(row["person_id"], row["first_day"]): row for row in rows.values()}
    entities: dict[Any, Entity] = {}

    def draft(record: Record) -> Draft:
        person = work.find(people, record, "person", IMPORT_PEOPLE)
        if person is None:
            raise RowRefused("person", "the person is missing")
        first, last = record.get("first_day"), record.get("last_day") or record.get("first_day")
        if first is None:
            raise RowRefused("first_day", "the first day is missing")
        if last < first:
            raise RowRefused("last_day", f"it ends on {last}, before it begins on {first}")
        own_id = record.get("external_id")
        key = own_id or (person.id, first)
        before = by_id.get(own_id) if own_id else by_day.get((person.id or 0, first))
        values = {"person_id": person.id, "first_day": first, "last_day": last}
        values |= {name: record.get(name) for name in ("external_id", "kind") if record.get(name) is not None}
        entity = entities.setdefault(key, Entity(person.name, before["id"] if before else None, own_id))
        return Draft(entity, values, before, record)

    write_unlogged(work, Leave, check_twice(work, work.draft_each(records, draft)))


def import_holidays(work: Work, records: Sequence[Record]) -> None:
    """Days off and working weekends that the public holidays do not say; known by region and day."""
    regions = load_regions(work)
    rows = {(row["region"], row["day"]): row for row in load_rows(work.session, CalendarDay).values()}
    entities: dict[Any, Entity] = {}

    def draft(record: Record) -> Draft:
        if record.get("day") is None:
            raise RowRefused("day", "the day is missing")
        region = ""
        if folded(record.text("region")) not in EVERYWHERE:
            found = work.find(regions, record, "region", SET_REGIONS)
            region = found.name if found else ""
        key = (region, record.get("day"))
        before = rows.get(key)
        values: dict[str, Any] = {"region": region, "day": record.get("day")}
        if record.get("name") is not None:
            values["name"] = record.get("name")
        if record.get("works") is not None:
            values["works"] = is_yes(record, "works")
        entity = entities.setdefault(key, Entity(record.text("name"), before["id"] if before else None))
        return Draft(entity, values, before, record)

    write_unlogged(work, CalendarDay, check_twice(work, work.draft_each(records, draft)))


SET_REGIONS = 'make it first: python -m store organisation --region "Name=FR"'


def load_regions(work: Work) -> Names:
    """The regions that there are, and those that people and teams are in."""
    names = Names("region")
    known: set[str] = set()
    for model, column in ((Region, "name"), (Person, "region"), (Team, "region")):
        for row in load_rows(work.session, model).values():
            name = row[column]
            if name and folded(name) not in known:
                known.add(folded(name))
                names.add(Entity(name))
    return names
