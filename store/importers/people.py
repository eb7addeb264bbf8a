"""People: who they are, whom they report to, and the teams that follow from that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.change_log import RecordKind
from store.importers.names import Entity, Names, folded
from store.importers.problems import CellRefused, RowRefused
from store.importers.work import Draft, Record, Work, rows_in_words
from store.importers.writing import check_twice, keep_whole, load_rows, without_circles, write
from store.models import Person, Role, Team

ROLE_WORDS = {
    Role.REP: "rep, sales rep, representative, sales representative, sales, seller, ae, account executive, sdr, bdr, "
    "agent, sales agent, member, user, 销售, 销售代表, 业务员, 成员",
    Role.MANAGER: "manager, sales manager, lead, team lead, head, director, vp, 经理, 销售经理, 主管, 总监",
    Role.ADMIN: "admin, administrator, system administrator, 管理员",
}
ROLES = {word.strip(): role for role, words in ROLE_WORDS.items() for word in words.split(",")}
NEAR_MANAGER = 88
"""Two managers may well have similar names; below this they are two people."""


class PeopleImport:
    """One import of people; `names` grows with those who come in."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.rows = load_rows(work.session, Person)
        self.teams = load_rows(work.session, Team)
        self.names = load_people(self.rows)
        self.team_names = Names("team")
        for team in self.teams.values():
            self.team_names.add(Entity(team["name"], team["id"]))
        self.slack_ids: dict[str, object] = {
            row["slack_id"]: number for number, row in self.rows.items() if row["slack_id"]
        }
        self.made: dict[Entity, Draft] = {}
        self.new_teams: dict[Entity, str] = {}

    def run(self, records: Sequence[Record]) -> None:
        drafts = check_twice(self.work, self.work.draft_each(records, self.draft))
        drafts = self.with_managers(drafts)
        self.give_roles(drafts)
        self.give_teams(drafts)
        self.write_teams()
        write(self.work, RecordKind.PERSON, drafts)
        self.tell()

    def draft(self, record: Record) -> Draft:
        email = record.text("email").casefold() or None
        if email and ("@" not in email or " " in email):
            raise RowRefused("email", f"“{email}” is not an e-mail address")
        name = full_name(record)
        entity = self.work.identify(self.names, record, name, email) if name or email else None
        if entity is None and not name:
            raise RowRefused("name", "the name is missing")
        before = self.rows.get(entity.id) if entity and entity.id else None
        values: dict[str, Any] = {
            column: record.get(column)
            for column in ("external_id", "slack_id", "title", "region", "active_from", "active_to")
            if record.get(column) is not None
        }
        if email:
            values["email"] = email
        if record.get("role"):
            values["role"] = _role(record)
        if record.get("zone"):
            values["zone"] = _zone(record)
        if record.get("locale"):
            values["locale"] = record.text("locale")
        if entity is None or (name and record.get("external_id") and before):
            values["name"] = name
        draft = Draft(entity or Entity(name, None, record.get("external_id"), email), values, before, record)
        self.check_handles(draft, record, email)
        if (first := draft.after("active_from")) and (last := draft.after("active_to")) and last < first:
            raise RowRefused("active_to", "the last day lies before the first")
        if entity is None:
            self.names.add(draft.entity)
        return draft

    def check_handles(self, draft: Draft, record: Record, email: str | None) -> None:
        """An e-mail address and a Slack id are one person's."""
        owner = self.names.get_by_handle(email)
        if owner is not None and owner is not draft.entity:
            raise RowRefused("email", f"{email} belongs to {owner.name}")
        slack_id = record.get("slack_id")
        if slack_id and self.slack_ids.setdefault(slack_id, draft.entity.id or draft.entity) not in (
            draft.entity.id,
            draft.entity,
        ):
            raise RowRefused("slack_id", f"{slack_id} belongs to somebody else")

    def with_managers(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Drafts with their managers, and drafts of managers who are only named."""
        kept = [draft for draft in drafts if self.give_manager(draft)]
        straight = without_circles(self.work, self.rows, [*self.made.values(), *kept], "manager_id", "manager")
        whole = keep_whole(self.work, straight, "manager_id", "manager")
        wanted = {draft.values.get("manager_id") for draft in whole}
        self.made = {entity: draft for entity, draft in self.made.items() if entity in wanted}
        return [draft for draft in whole if draft.record is not None or draft.entity in self.made]

    def give_manager(self, draft: Draft) -> bool:
        """Whether the row's manager is somebody certain (or nobody)."""
        if draft.record is None or not draft.record.get("manager"):
            return True
        try:
            manager = self.manager(draft.record, draft.entity)
        except RowRefused as refused:
            self.work.refuse(draft.record, refused.field, refused.reason)
            return False
        draft.values["manager_id"] = manager if manager.id is None else manager.id
        return True

    def manager(self, record: Record, report: Entity) -> Entity:
        name = record.text("manager")
        try:
            match = self.names.find(name)
        except CellRefused as refused:
            near = self.names.list_near(name, NEAR_MANAGER)
            if near or "@" in name or self.names.is_shared(name):
                advice = "; if this is somebody else, give them a row of their own" if near else ""
                raise RowRefused("manager", f"{refused.reason}{advice}") from refused
            match = None
        if match is None:
            entity = self.names.add(Entity(name))
            self.made[entity] = Draft(entity, {"name": name, "role": Role.MANAGER}, None)
            return entity
        if match.entity is report:
            raise RowRefused("manager", "nobody is their own manager; leave the cell empty for the top")
        return match.entity

    def give_roles(self, drafts: Sequence[Draft]) -> None:
        """Somebody to whom others report is a manager, unless the file says what they are."""
        leading = {draft.values["manager_id"] for draft in drafts if draft.values.get("manager_id")}
        by_key = {draft.entity.id or draft.entity: draft for draft in drafts}
        for key in leading:
            draft = by_key.get(key)
            if draft is None and isinstance(key, int):
                row = self.rows[key]
                if row["role"] == Role.REP:
                    self.work.report.warnings.append(
                        f"{row['name']} has people below them now, but the role “rep”. If they are to see what those "
                        f'do: python -m store grant "{row["name"]}" manager'
                    )
            elif draft is not None and "role" not in draft.values and draft.after("role") in (None, Role.REP):
                draft.values["role"] = Role.MANAGER

    def give_teams(self, drafts: Sequence[Draft]) -> None:
        """The team that the file names; else the reports of one manager are a team, which its manager belongs to."""
        regions: defaultdict[object, set[str]] = defaultdict(set)
        for draft in drafts:
            if manager := draft.values.get("manager_id"):
                regions[manager].add(draft.after("region") or "")
        for draft in drafts:
            key = draft.entity.id or draft.entity
            if draft.before is None and not draft.values.get("region") and len(regions.get(key, ())) == 1:
                draft.values["region"] = next(iter(regions[key]))
        by_key: Mapping[object, Draft] = {draft.entity.id or draft.entity: draft for draft in drafts}
        for draft in drafts:
            named = draft.record.text("team") if draft.record else ""
            manager = draft.values.get("manager_id")
            key = draft.entity.id or draft.entity
            if named:
                self.put(draft, self.team(named, draft.after("region") or "", draft.record))
            elif manager and self.is_by_rule(draft, manager):
                self.put(draft, self.team_of(manager, by_key))
            elif key in regions and not draft.after("manager_id") and not draft.after("team_id"):
                self.put(draft, self.team_of(key, by_key))

    def is_by_rule(self, draft: Draft, manager: object) -> bool:
        """Whether the team follows the manager: there is none yet, or the manager is another than before."""
        before = draft.before or {}
        return not before.get("team_id") or before.get("manager_id") != manager

    def team_of(self, manager: object, by_key: Mapping[object, Draft]) -> Entity:
        leader = by_key.get(manager)
        row = self.rows[manager] if isinstance(manager, int) else {}
        name = manager.name if isinstance(manager, Entity) else row["name"]
        region = leader.after("region") if leader else row["region"]
        return self.team(f"{name}'s team", region or "", None)

    def team(self, name: str, region: str, record: Record | None) -> Entity:
        match = self.team_names.identify(name, None)
        if match is None:
            entity = self.team_names.add(Entity(name))
            self.new_teams[entity] = region
            return entity
        if match.mended and record is not None:
            title = record.layout.title("team")
            self.work.report.mend(title, name, match.entity.name, "the same letters and digits")
        return match.entity

    def put(self, draft: Draft, team: Entity) -> None:
        draft.values["team_id"] = team if team.id is None else team.id

    def write_teams(self) -> None:
        """Before the people, who point at them."""
        for entity, region in self.new_teams.items():
            row = Team(name=entity.name, region=region)
            self.work.session.add(row)
            self.work.session.flush()
            entity.id = row.id

    def tell(self) -> None:
        if self.made:
            listed = ", ".join(sorted(entity.name for entity in self.made))
            count = rows_in_words(len(self.made), "manager")
            self.work.report.notes.append(f"Also added {count} who had no row of their own: {listed}.")
        if self.new_teams:
            listed = ", ".join(sorted(entity.name for entity in self.new_teams))
            self.work.report.notes.append(f"New teams: {listed}.")


def load_people(rows: Mapping[int, Mapping[str, Any]]) -> Names:
    names = Names("person")
    for row in rows.values():
        names.add(Entity(row["name"], row["id"], row["external_id"], row["email"]))
    return names


def full_name(record: Record) -> str:
    """From one column or from two; a Chinese family name stands first and without a space."""
    name = record.text("name")
    if name:
        return name
    first, last = record.text("first_name"), record.text("last_name")
    if first and last and not (first + last).isascii() and folded(first + last).isalpha() and ord(last[0]) > 0x2E80:
        return last + first
    return f"{first} {last}".strip()


def _role(record: Record) -> Role:
    role = ROLES.get(folded(record.text("role")))
    if role is None:
        raise RowRefused("role", f"“{record.text('role')}” is not a role: write rep, manager or admin")
    return role


def _zone(record: Record) -> str:
    try:
        return ZoneInfo(record.text("zone")).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RowRefused("zone", f"“{record.text('zone')}” is not a time zone such as Europe/Paris") from error
