"""Which skill a sentence asks for, without a model: cues, the skills' own examples, and what the text holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.understanding.about import ABOUT
from bot.understanding.card_writes import (
    read_cards,
    read_enquiry,
    read_feedback,
    read_learning,
    read_post,
    read_quiet,
    read_step,
)
from bot.understanding.cues import cue_score
from bot.understanding.drafts import Draft, is_question, is_unreal, stripped
from bot.understanding.entities import Frame, Kind
from bot.understanding.examples import Examples
from bot.understanding.figure_writes import (
    read_boards,
    read_snooze,
    read_split,
    read_submit,
    read_target,
    read_threshold,
)
from bot.understanding.grammar import OF_A_DEAL
from bot.understanding.patterns import LOG_COMMAND
from bot.understanding.people_there import read_contact
from bot.understanding.reads import fill
from bot.understanding.spelling import respelt
from bot.understanding.updates import read_intended_step, read_update
from bot.understanding.writes import read_create, read_log, read_schedule
from skills.answer import Invocation
from skills.contract import Effect, Skill

COMMANDING = re.compile(
    r"^(?:please )?(?:move|push|set|change|update|mark|put|make|bump|raise|lower|advance|switch|shift|close|add|give|"
    r"assign|transfer|delay|postpone|pull|bring|drop|cut|extend|increase|reduce|reassign|edit|win|lose|把|将|改|更新|设置?|推进|推|调整)"
    r"|->|=>|→|[^!<>=]=[^=]|：|: ?\[(?:stage|amount|when)\]",
    re.IGNORECASE,
)
LIKENESS = 2.0
"""How much the likeness to examples (0 to 1) weighs beside cues (0 to 4)."""
LIKE_ENOUGH = 1.0
VERY_WORDS = 1.0
"""Added to the likeness of a skill that has the text itself as an example."""
BESIDE_A_DEAL = 1.0
"""What is asked of one deal is hardly a figure that knows no deals."""
RHYTHM_SAID = 10.0
"""A report and how often it is wanted: whatever else the words ask for, they ask for it again and again."""
NAMED_FROM = 2.4
"""A cue of this weight names a figure."""
SINCE = re.compile(r"(?:since|自从?)\s*(?P<day>.+?)(?:以来|起)?", re.IGNORECASE)
SPOKEN_OF_ANYWAY = frozenset({"changes", "today"})
"""Their cues are in every question about a change."""
PLAINLY_SAID = 11.0
"""Words that mean nothing else, not even a report that shall stop."""
WRITES = frozenset(
    {
        *("update", "create", "log", "schedule", "undo", "submit", "target", "snooze", "threshold", "boards", "split"),
        *("upload", "card", "remove", "check", "feedback", "post", "enquire", "quiet", "learning", "step", "contact"),
    }
)


@dataclass(frozen=True)
class Ranked:
    draft: Draft
    score: float


def rank(
    frame: Frame,
    skills: Mapping[str, Skill],
    examples: Examples,
    subject: str | None,
    shown: Invocation | None = None,
) -> list[Ranked]:
    """The skills that the text can mean, likeliest first. `shown` is what the thread has spoken of last."""
    masked = _masked(frame)
    likeness = examples.likeness(masked) if masked else {}
    for name in examples.named_by(masked) if masked else ():
        likeness[name] = likeness.get(name, 0.0) + VERY_WORDS
    reads = [_read(frame, skill, masked, likeness, subject, skills) for skill in skills.values() if _readable(skill)]
    reads.sort(key=lambda item: -item.score)
    reads = [_about(item, reads, masked, skills, shown, is_of_a_deal=bool(frame.of(Kind.DEAL))) for item in reads]
    report = _report(frame, reads, skills, shown)
    writes = [item for item in _writes(frame, masked, subject, likeness, report) if item.draft.skill in skills]
    found = [item for item in (*reads, *writes) if item.score >= LIKE_ENOUGH]
    return sorted(found, key=lambda item: -item.score)


def _masked(frame: Frame) -> str:
    core = stripped(frame.masked)
    return respelt(re.sub(r"\[rhythm\]|\[channel\]", " ", core).strip())


def _readable(skill: Skill) -> bool:
    return skill.effect is Effect.READ or skill.name not in WRITES or skill.name == "undo"


def _read(
    frame: Frame,
    skill: Skill,
    masked: str,
    likeness: Mapping[str, float],
    subject: str | None,
    skills: Mapping[str, Skill],
) -> Ranked:
    cues = cue_score(skill.name, masked)
    if cues and frame.of(Kind.DEAL) and not OF_A_DEAL & skill.params.model_fields.keys():
        cues -= BESIDE_A_DEAL
    score = cues + LIKENESS * likeness.get(skill.name, 0.0)
    if skill.effect is Effect.WRITE:
        return Ranked(Draft(skill.name, {}, sure=cues >= 3), cues if cues >= 3 else 0.0)
    if skill.name == "leaderboard" and frame.of(Kind.PRODUCT) and "booked" in skills:
        # A leaderboard is over all products; who sold one is told by what was won of it.
        draft = fill(skills["booked"], frame, subject)
        return Ranked(Draft("booked", {"by": "rep", **draft.params}), score)
    return Ranked(fill(skill, frame, subject), score)


def _about(
    item: Ranked,
    reads: list[Ranked],
    masked: str,
    skills: Mapping[str, Skill],
    shown: Invocation | None,
    *,
    is_of_a_deal: bool,
) -> Ranked:
    """What "how is it counted" asks about: the figure that the same words name, or else the one shown last."""
    names = ABOUT.get(item.draft.skill)
    if names is None:
        return item
    named = (
        Invocation.of(other.draft.skill, other.draft.params)
        for other in reads
        if skills[other.draft.skill].schedulable
        and other.draft.skill not in SPOKEN_OF_ANYWAY
        and cue_score(other.draft.skill, masked) >= NAMED_FROM
    )
    meant = next(named, shown if shown and _is_shown(skills.get(shown.skill)) else None)
    if meant is None and is_of_a_deal:
        return Ranked(item.draft, 0.0)  # Why a deal changed is told by its history.
    given = dict(zip(names, (meant.skill, dict(meant.params)), strict=True)) if meant else {}
    params = {**item.draft.params, **{name: value for name, value in given.items() if value}}
    if item.draft.skill == "why" and meant is not None:
        _take_since(params, spoken=meant is not shown)
    missing = None if meant else names[0]
    return Ranked(Draft(item.draft.skill, params, item.draft.sure, missing), item.score)


def _take_since(params: dict[str, Any], *, spoken: bool) -> None:
    """The day since which it changed, rather than the period that the figure is of: only the words "since" tell."""
    inner = dict(params.get("params") or {}) if spoken else {}
    period = str(inner.get("period") or "")
    since = SINCE.fullmatch(period)
    if since is not None:
        params["since"] = since["day"]
        inner.pop("period")
        params["params"] = inner
        if not inner:
            del params["params"]


def _is_shown(skill: Skill | None) -> bool:
    return skill is not None and skill.effect is Effect.READ


def _report(frame: Frame, reads: list[Ranked], skills: Mapping[str, Skill], shown: Invocation | None) -> Draft | None:
    """What is wanted again and again: the report that the words name, or with "this" the one shown last."""
    named = (
        item.draft
        for item in reads
        if item.score >= NAMED_FROM and skills[item.draft.skill].schedulable and item.draft.skill not in ABOUT
    )
    found = next(named, None)
    skill = skills.get(shown.skill) if shown else None
    if found is None and shown is not None and skill is not None and skill.schedulable and POINTS.search(frame.clean):
        return Draft(shown.skill, dict(shown.params))
    return found


def _writes(
    frame: Frame,
    masked: str,
    subject: str | None,
    likeness: Mapping[str, float],
    report: Draft | None,
) -> list[Ranked]:
    found: list[Ranked] = []
    schedule = read_schedule(frame, report)
    if schedule is not None:
        found.append(Ranked(schedule, RHYTHM_SAID if schedule.sure or "action" in schedule.params else 3.4))
    specials = (
        read_submit(frame),
        read_target(frame),
        read_snooze(frame, subject),
        read_threshold(frame),
        read_boards(frame),
        read_split(frame, subject),
        read_cards(frame),
        read_feedback(frame),
        read_post(frame, subject),
        read_enquiry(frame),
        read_quiet(frame),
        read_learning(frame),
        read_step(frame),
        read_contact(frame, subject),
    )
    found += [Ranked(special, PLAINLY_SAID if special.sure else 1.6) for special in specials if special is not None]
    create = read_create(frame)
    if create is not None:
        found.append(Ranked(create, 5.0 + likeness.get("create", 0.0)))
    log = read_log(frame, subject)
    if log is not None:
        command = LOG_COMMAND.search(frame.clean[: frame.clean.find(":")] if ":" in frame.clean else frame.clean)
        base = 5.2 if command else 4.4
        found.append(Ranked(log, (base if log.sure else 1.2) + likeness.get("log", 0.0)))
    update = read_update(frame, subject)
    step = read_intended_step(frame) if update is None else None
    if step is not None:
        found.append(Ranked(step, 2.0))
    if (
        update is not None
        and log is not None
        and log.sure
        and update.params.keys() <= STEP
        and "next_step" in log.params
    ):
        update = None  # What comes next is said of the activity, and is kept along with it.
    if update is not None:
        base = 4.4 if COMMANDING.search(masked) else 3.2
        weak = 1.0 if is_question(frame.clean) or is_unreal(frame.clean) or frame.of(Kind.RHYTHM) else 1.8
        named = update.missing is None or "[deal]" in masked
        found.append(Ranked(update, (base if update.sure and named else weak) + likeness.get("update", 0.0)))
    return found


STEP = frozenset({"opportunity", "next_step", "next_step_due"})
POINTS = re.compile(r"\b(?:this|that|it|the same)\b|这个|这份|它|同样的", re.IGNORECASE)
