"""Exact commands: a skill's name, then its parameters ("pipeline dana", "update acme stage=won amount=45k")."""

import re
from collections.abc import Mapping
from typing import Any

from bot.understanding.drafts import Draft, is_unreal
from bot.understanding.entities import Frame, Kind
from bot.understanding.reads import fill
from bot.understanding.updates import read_update
from bot.understanding.writes import read_create, read_log
from skills.contract import Effect, Skill

START = re.compile(r"^\s*(?:/sales\b\s*)?(?P<name>[^\s:：,]+)\s*[:：]?", re.IGNORECASE)
SLASH = re.compile(r"^\s*/sales\b", re.IGNORECASE)
PAIR = re.compile(
    r"(?<!\S)(?P<key>[a-z_]+)\s*[=]\s*(?P<value>\"[^\"]*\"|'[^']*'|.+?)(?=\s+[a-z_]+\s*=|\s*[,;]\s*[a-z_]+\s*=|$)",
    re.IGNORECASE | re.DOTALL,
)
SMALL = re.compile(
    r"\b(?:for|of|in|by|the|this|to|on|at|with|my|me|mine|please|team|rep|reps|top|\d+|attainment|deals|booked|s|it|from|and|"
    r"by|show|company|everyone|all|about|stage)\b|[,.?!'’的在给]|我"
)
OF_A_DEAL = frozenset({"opportunity", "about", "account", "question", "objection", "topic", "card"})
"""Parameters that a deal can be meant for."""
FREE = {"ask": "question", "objection": "objection", "help": "topic", "prep": "about", "opportunity": "opportunity"}


def read_command(frame: Frame, skills: Mapping[str, Skill], subject: str | None) -> tuple[Draft, bool] | None:
    """The command that the text is, and whether all of its words were accounted for; None where it is none."""
    start = START.match(frame.clean)
    if start is None:
        return None
    skill = _named(start["name"].lower(), skills)
    if skill is None or (frame.of(Kind.RHYTHM) and skill.schedulable):
        return None
    if frame.of(Kind.DEAL) and not OF_A_DEAL & skill.params.model_fields.keys() and not SLASH.match(frame.clean):
        return None  # "close acme" is no month's close.
    if frame.of(Kind.PRODUCT) and skill.name == "leaderboard":
        return None  # It knows no products, so these words are not all accounted for.
    slash = SLASH.match(frame.clean) is not None
    rest = frame.within(start.end(), len(frame.clean))
    pairs, rest = _pairs(rest, skill)
    words = rest.text[start.end() :].strip()
    if start["name"].lower() != skill.name and skill.effect is Effect.READ and not pairs:
        rest = frame  # An alias may itself say something ("top 5").
    draft = _draft(skill, rest, words, pairs, subject)
    if draft is None:
        return None
    exact = slash or _is_consumed(skill, rest, pairs, words)
    return (draft, exact) if exact else None


def names_skill(frame: Frame, skill: str) -> bool:
    """Whether the text begins with the skill's own name, rather than another word for it."""
    start = START.match(frame.clean)
    return start is not None and start["name"].lower() == skill


def _named(name: str, skills: Mapping[str, Skill]) -> Skill | None:
    return next((skill for skill in skills.values() if name == skill.name or name in skill.aliases), None)


def _pairs(rest: Frame, skill: Skill) -> tuple[dict[str, Any], Frame]:
    """`key=value` pairs whose keys the skill knows, and what is left of the text."""
    found: dict[str, Any] = {}
    spans = []
    for match in PAIR.finditer(rest.clean):
        key = match["key"].lower()
        if key in skill.params.model_fields:
            found[key] = rest.text[match.start("value") : match.end("value")].strip(" ,;\"'")
            spans.append(match.span())
    return found, rest.without(*spans)


def _draft(skill: Skill, rest: Frame, words: str, pairs: dict[str, Any], subject: str | None) -> Draft | None:
    found: dict[str, Any] = {}
    if skill.name == "update":
        draft = read_update(rest, subject)
        deal = next((item.words for item in rest.of(Kind.DEAL)), None) or _bare(rest) or subject
        found = {**({"opportunity": deal} if deal else {}), **(draft.params if draft else {})}
    elif skill.name == "create":
        created = read_create(Frame(rest.text, "new deal" + rest.clean[8:], rest.items))
        found = created.params if created else {}
        if "account" not in found and (bare := _bare(rest)):
            found["account"] = bare
    elif skill.name == "log":
        logged = read_log(rest, subject)
        found = logged.params if logged else {}
    elif skill.name == "schedule":
        return None
    elif skill.effect is Effect.READ:
        found = fill(skill, rest, subject).params
        param = FREE.get(skill.name)
        if param and words and (param in {"question", "objection", "topic"} or param not in found):
            found[param] = " ".join(words.split())
        elif words and param is None and "owner" in skill.params.model_fields and not found and (bare := _bare(rest)):
            found["owner"] = bare
    params = {**found, **pairs}
    missing = next((n for n, f in skill.params.model_fields.items() if f.is_required() and n not in params), None)
    return Draft(skill.name, params, missing=missing)


def _bare(rest: Frame) -> str | None:
    """What is left when everything that was recognised is taken away: most likely a name."""
    left = SMALL.sub(" ", rest.without(*[(item.start, item.end) for item in rest.items]).clean)
    words = " ".join(left.split())
    return words if words and len(words.split()) <= 4 else None


def _is_consumed(skill: Skill, rest: Frame, pairs: dict[str, Any], words: str) -> bool:
    """Whether the text is no more than a command, rather than a sentence that happens to begin with one's name."""
    if not words:
        return True
    if skill.effect is Effect.WRITE:
        return bool(pairs) and not is_unreal(rest.clean)
    if skill.name in {"ask", "objection"}:
        return rest.text.lstrip()[len(skill.name) : len(skill.name) + 1] in {":", "："}
    if skill.name == "help":
        return len(words.split()) == 1 and words.lower() not in {"me", "us", "please"}
    left = SMALL.sub("", rest.without(*[(item.start, item.end) for item in rest.items]).clean.lower())
    return not left.strip()
