"""Which skill a sentence asks for, without a model: cues, the skills' own examples, and what the text holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.understanding.cues import cue_score
from bot.understanding.drafts import Draft, is_question, is_unreal, stripped
from bot.understanding.entities import Frame, Kind
from bot.understanding.examples import Examples
from bot.understanding.patterns import LOG_COMMAND
from bot.understanding.reads import fill
from bot.understanding.updates import read_intended_step, read_update
from bot.understanding.writes import read_create, read_log, read_schedule
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
RHYTHM_SAID = 10.0
"""A report and how often it is wanted: whatever else the words ask for, they ask for it again and again."""
WRITES = frozenset({"update", "create", "log", "schedule", "undo"})


@dataclass(frozen=True)
class Ranked:
    draft: Draft
    score: float


def rank(frame: Frame, skills: Mapping[str, Skill], examples: Examples, subject: str | None) -> list[Ranked]:
    """The skills that the text can mean, likeliest first."""
    masked = _masked(frame)
    likeness = examples.likeness(masked) if masked else {}
    for name in examples.named_by(masked) if masked else ():
        likeness[name] = likeness.get(name, 0.0) + VERY_WORDS
    reads = [_read(frame, skill, masked, likeness, subject, skills) for skill in skills.values() if _readable(skill)]
    reads.sort(key=lambda item: -item.score)
    writes = [item for item in _writes(frame, masked, subject, likeness, reads) if item.draft.skill in skills]
    found = [item for item in (*reads, *writes) if item.score >= LIKE_ENOUGH]
    return sorted(found, key=lambda item: -item.score)


def _masked(frame: Frame) -> str:
    core = stripped(frame.masked)
    return re.sub(r"\[rhythm\]|\[channel\]", " ", core).strip()


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
    score = cues + LIKENESS * likeness.get(skill.name, 0.0)
    if skill.effect is Effect.WRITE:
        return Ranked(Draft(skill.name, {}, sure=cues >= 3), cues if cues >= 3 else 0.0)
    if skill.name == "leaderboard" and frame.of(Kind.PRODUCT) and "booked" in skills:
        # A leaderboard is over all products; who sold one is told by what was won of it.
        draft = fill(skills["booked"], frame, subject)
        return Ranked(Draft("booked", {"by": "rep", **draft.params}), score)
    return Ranked(fill(skill, frame, subject), score)


def _writes(
    frame: Frame, masked: str, subject: str | None, likeness: Mapping[str, float], reads: list[Ranked]
) -> list[Ranked]:
    found: list[Ranked] = []
    report = next((item.draft for item in reads if item.score >= 2 and item.draft.skill in REPORTS), None)
    schedule = read_schedule(frame, report)
    if schedule is not None:
        found.append(Ranked(schedule, RHYTHM_SAID if schedule.sure or "action" in schedule.params else 3.4))
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
REPORTS = frozenset({"leaderboard", "pipeline", "quota", "booked", "today", "opportunity"})
