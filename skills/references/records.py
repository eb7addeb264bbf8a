"""Words that name a record, and the record: a person, a team, an account, a stage, a product, a contact."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlmodel import Session, SQLModel, col, select

from skills.answer import Choice
from skills.contract import SkillContext
from skills.errors import NotFound, Unclear
from skills.references.names import Candidate, Fit, Matches, is_chinese, match, other_region_names, pieces
from skills.references.stages import BACKWARD, FORWARD, REOPENED, informal_stages
from skills.text import Text, text, verbatim
from store.models import Account, Contact, Person, Product, Stage, Status, Team
from store.people import get_person_by_email, get_person_by_slack_id, list_people, list_teams
from store.scope import Scope

V = TypeVar("V")
R = TypeVar("R", bound=SQLModel)
CHOICES = 5

ME = frozenset(["me", "my", "mine", "myself", "i", "self", "我", "我的", "自己", "本人", "我自己", "俺"])
EVERYONE = frozenset(
    {
        "company",
        "the company",
        "whole company",
        "the whole company",
        "everyone",
        "everybody",
        "all",
        "all teams",
        "us",
        "we",
    }
    | {
        "our company",
        "org",
        "the org",
        "organisation",
        "organization",
        "company-wide",
        "overall",
        "all reps",
        "the business",
    }
    | {"全公司", "公司", "整个公司", "所有人", "全体", "大家", "全部", "我们公司", "全员"}
)
MY_MANAGER = frozenset(
    {"my manager", "my boss", "manager", "boss", "我的经理", "我老板", "我的老板", "我经理", "我上级"}
)
MY_TEAM = frozenset(
    {
        "my team",
        "our team",
        "team",
        "the team",
        "us",
        "my reps",
        "my people",
        "我的团队",
        "我团队",
        "我们团队",
        "我们组",
        "团队",
        "本团队",
    }
)
TITLE = re.compile(r"^[老小]?(?P<surname>[\u4e00-\u9fff]{1,2})(?:总监|总|经理|工|主任|姐|哥|老师|先生|女士|董)?$")
RECORD = re.compile(r"^(?P<kind>[a-z]+):(?P<id>\d{1,18})$")
SLACK_USER = re.compile(r"^<@(?P<id>[UW][A-Z0-9_]+)(?:\|[^>]*)?>$")


@dataclass(frozen=True)
class Resolved(Generic[V]):
    """The record that words name; `doubt` says what was guessed, and is a reason to ask before something is written."""

    value: V
    doubt: Text | None = None


def means_me(words: str) -> bool:
    return words.strip().casefold() in ME


def means_everyone(words: str) -> bool:
    """Whether the words name the whole company."""
    return words.strip().casefold() in EVERYONE


def means_my_team(words: str) -> bool:
    return words.strip().casefold() in MY_TEAM


def reference(kind: str, record_id: int | None) -> str:
    """The words that name one record exactly, such as "opportunity:42"."""
    return f"{kind}:{record_id}"


def find_person(context: SkillContext, words: str, param: str = "owner") -> Resolved[Person]:
    """The person that the words name: "me", a name or a part of it, an e-mail address, a mention, 陈总."""
    session, said = context.session, words.strip()
    if means_me(said):
        return Resolved(context.person())
    if said.casefold() in MY_MANAGER:
        return Resolved(_my_manager(context))
    row = _by_record(session, Person, "person", said)
    if row is None and (mention := SLACK_USER.match(said)):
        row = get_person_by_slack_id(session, mention["id"])
    if row is None and "@" in said:
        row = get_person_by_email(session, re.sub(r"^<mailto:([^|>]+)(?:\|[^>]*)?>$", r"\1", said))
    if row is not None:
        return Resolved(row)
    people = list_people(session, Scope.everybody())
    candidates = [Candidate(person, person.name, _emails(person)) for person in people]
    matches = match(said.removeprefix("@"), candidates)
    if not matches.found and (titled := _titled(said, candidates)):
        matches = titled
    active = tuple(found for found in matches.found if found.value.is_active(context.today))
    if active:
        matches = Matches(matches.fit, active, matches.nearest)
    return _one(
        matches, said, param, "person", lambda person: verbatim(person.name), text("person"), doubt_beginnings=True
    )


def _emails(person: Person) -> tuple[str, ...]:
    return (person.email.split("@")[0],) if person.email else ()


def _titled(said: str, candidates: Sequence[Candidate[Person]]) -> Matches[Person] | None:
    """陈总 is whoever is called 陈 something."""
    title = TITLE.match(said)
    if title is None or (title["surname"] == said and len(said) > 1):
        return None
    found = tuple(
        candidate
        for candidate in candidates
        if any(is_chinese(piece) and piece.startswith(title["surname"]) for piece in pieces(candidate.name))
    )
    return Matches(Fit.BEGINNINGS, found) if found else None


def _my_manager(context: SkillContext) -> Person:
    me = context.person()
    boss = context.session.get(Person, me.manager_id) if me.manager_id else None
    if boss is None:
        raise NotFound(text("You have no manager on record."))
    return boss


def find_team(context: SkillContext, words: str, param: str = "team") -> Resolved[Team]:
    """The team that the words name: "my team", its name or a part of it, its region, or its manager's name."""
    session, said = context.session, words.strip()
    row = _by_record(session, Team, "team", said)
    if row is not None:
        return Resolved(row)
    teams = list_teams(session)
    if means_my_team(said):
        mine = next((team for team in teams if team.id == context.person().team_id), None)
        if mine is None:
            raise NotFound(text("You belong to no team."))
        return Resolved(mine)
    candidates = [Candidate(team, team.name, _team_names(context, team)) for team in teams]
    bare = (
        re.sub(
            r"(?i)^the\s+|(?:'s)?\s*\b(?:team|region|office|reps|group)$|团队$|组$|(?<=[\u4e00-\u9fff]{2})(?:区|大区)$",
            "",
            said,
        ).strip()
        or said
    )
    return _one(
        match(bare, candidates),
        said,
        param,
        "team",
        lambda team: verbatim(team.name),
        text("team"),
        doubt_beginnings=False,
    )


def _team_names(context: SkillContext, team: Team) -> tuple[str, ...]:
    initials = "".join(word[0] for word in re.split(r"[\s-]+", team.name) if word)
    known = other_region_names(team.name)
    managers = context.session.exec(
        select(Person).where(Person.team_id == team.id, Person.role == "manager").order_by(col(Person.id))
    ).all()
    return (
        *((team.region,) if team.region else ()),
        *((initials,) if len(initials) > 1 else ()),
        *known,
        *(manager.name for manager in managers),
    )


def find_account(context: SkillContext, words: str, param: str = "account") -> Resolved[Account]:
    """The account that the words name."""
    said = words.strip()
    row = _by_record(context.session, Account, "account", said)
    if row is not None:
        return Resolved(row)
    accounts = context.session.exec(select(Account).order_by(col(Account.name), col(Account.id))).all()
    matches = match(said, [Candidate(account, account.name) for account in accounts])
    return _one(
        matches, said, param, "account", lambda account: verbatim(account.name), text("account"), inner_words_doubt=True
    )


def find_product(context: SkillContext, words: str, param: str = "product") -> Resolved[Product]:
    """The product that the words name; one that is still sold is preferred."""
    said = words.strip()
    row = _by_record(context.session, Product, "product", said)
    if row is not None:
        return Resolved(row)
    products = context.session.exec(select(Product).order_by(col(Product.name))).all()
    matches = match(said, [Candidate(product, product.name) for product in products])
    sold = tuple(found for found in matches.found if found.value.active)
    if sold:
        matches = Matches(matches.fit, sold, matches.nearest)
    return _one(matches, said, param, "product", lambda product: verbatim(product.name), text("product"))


def find_contact(context: SkillContext, words: str, param: str = "contact") -> Resolved[Contact]:
    """The person at a customer that the words name: a name, an e-mail address or 王总, with the account if needed."""
    session, said = context.session, words.strip()
    row = _by_record(session, Contact, "contact", said)
    if row is None and "@" in said:
        row = session.exec(select(Contact).where(col(Contact.email) == said.casefold())).first()
    if row is not None:
        return Resolved(row)
    accounts = {account.id: account.name for account in session.exec(select(Account)).all()}
    candidates = [
        Candidate(contact, contact.name, context=(accounts.get(contact.account_id, ""), contact.title))
        for contact in session.exec(select(Contact).order_by(col(Contact.name), col(Contact.id))).all()
    ]
    matches = match(said, candidates)
    title = TITLE.match(said)
    if not matches.found and title and title["surname"] != said:
        found = tuple(c for c in candidates if c.name.startswith(title["surname"]))
        matches = Matches(Fit.BEGINNINGS, found, matches.nearest)

    def label(contact: Contact) -> Text:
        return text("{name}, {account}", name=contact.name, account=accounts.get(contact.account_id, "–"))

    return _one(matches, said, param, "contact", label, text("contact"))


def find_stage(
    context: SkillContext, words: str, param: str = "stage", current: Stage | None = None
) -> Resolved[Stage]:
    """The stage that the words name, formally or not; "closed" is asked about, since it can be won or lost.

    "next" and "back" count from the `current` one; "open", said of a closed opportunity, is asked about as well.
    """
    said = re.sub(r"(?i)^(?:the|to|in|at)\s+|\s+(?:stage|phase)$|阶段$", "", words.strip()) or words.strip()
    row = _by_record(context.session, Stage, "stage", said)
    if row is not None:
        return Resolved(row)
    stages = context.session.exec(select(Stage).order_by(col(Stage.position))).all()
    exact = [stage for stage in stages if pieces(stage.name) == pieces(said)]
    if exact:
        return Resolved(exact[0])
    if current is not None and (aside := _stage_aside(words, stages, current, param)) is not None:
        return Resolved(aside)
    if current is not None and said.casefold() in REOPENED:
        raise _which_stage(text("In which stage is it open again?"), stages, (Status.OPEN,), param)
    meant = informal_stages(words, stages)
    meant = meant if meant.stages else informal_stages(said, stages)
    if len(meant.stages) == 1:
        stage = meant.stages[0]
        doubt = None if meant.sure else text("I took “{words}” as the stage {stage}.", words=said, stage=stage.name)
        return Resolved(stage, doubt)
    if meant.stages:
        raise Unclear(
            text("“{words}”: won or lost?", words=said),
            choices=[Choice.of(verbatim(stage.name), **{param: stage.name}) for stage in meant.stages[:CHOICES]],
        )
    matches = match(said, [Candidate(stage, stage.name) for stage in stages])
    if not matches.found and not matches.nearest:
        raise NotFound(
            text("There is no stage “{words}”.", words=said),
            choices=[Choice.of(verbatim(stage.name), **{param: stage.name}) for stage in stages[:8]],
        )
    return _one(matches, said, param, "stage", lambda stage: verbatim(stage.name), text("stage"))


def _stage_aside(words: str, stages: Sequence[Stage], current: Stage, param: str) -> Stage | None:
    """The open stage after or before the current one, for words such as "next"; past the last one it is asked."""
    said = " ".join(words.casefold().split())
    step = 1 if said in FORWARD else -1 if said in BACKWARD else 0
    if not step:
        return None
    ahead = [stage for stage in stages if stage.kind == Status.OPEN and (stage.position - current.position) * step > 0]
    if current.kind != Status.OPEN:
        raise _which_stage(text("It is closed. Which stage shall it go to?"), stages, (Status.OPEN,), param)
    if ahead:
        return min(ahead, key=lambda stage: abs(stage.position - current.position))
    if step < 0:
        raise Unclear(text("It is in the first stage already."))
    raise _which_stage(text("It is in the last open stage: won or lost?"), stages, (Status.WON, Status.LOST), param)


def _which_stage(question: Text, stages: Sequence[Stage], kinds: Sequence[Status], param: str) -> Unclear:
    among = [stage for stage in stages if stage.kind in kinds]
    return Unclear(question, choices=[Choice.of(verbatim(stage.name), **{param: stage.name}) for stage in among[:8]])


def _by_record(session: Session, model: type[R], kind: str, said: str) -> R | None:
    """The row that "opportunity:42" names; None where the words are no such reference."""
    exact = RECORD.match(said)
    if exact is None or exact["kind"] != kind:
        return None
    row = session.get(model, int(exact["id"]))
    if row is None:
        raise NotFound(text("**{record}** is no longer there.", record=said))
    return row


def _one(
    matches: Matches[R],
    said: str,
    param: str,
    kind: str,
    label: Callable[[R], Text],
    noun: Text,
    *,
    doubt_beginnings: bool = True,
    inner_words_doubt: bool = False,
) -> Resolved[R]:
    """The single match, or the error that says what went wrong with the choices there are."""
    if not matches.found:
        raise NotFound(
            text("I know no {noun} “{words}”.", noun=noun, words=said),
            text("Did you mean one of these?")
            if matches.nearest
            else text("Check the spelling, or give the whole name."),
            choices=_choices([candidate.value for candidate in matches.nearest], param, kind, label),
        )
    if len(matches.found) > 1:
        raise Unclear(
            text("There are several that “{words}” can mean. Which one?", words=said),
            choices=_choices([candidate.value for candidate in matches.found[:CHOICES]], param, kind, label),
        )
    found = matches.found[0]
    inner = inner_words_doubt and matches.fit is Fit.WORDS and pieces(found.name)[0] not in pieces(said)
    chinese = any(is_chinese(piece) for piece in pieces(said))
    guessed = matches.fit is Fit.NEAR or (matches.fit is Fit.BEGINNINGS and doubt_beginnings) or (inner and not chinese)
    if guessed:
        return Resolved(found.value, text("I took “{words}” as {name}.", words=said, name=found.name))
    return Resolved(found.value)


def _choices(rows: Sequence[R], param: str, kind: str, label: Callable[[R], Text]) -> list[Choice]:
    return [Choice.of(label(row), **{param: reference(kind, getattr(row, "id", None))}) for row in rows]
