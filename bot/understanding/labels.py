"""A request in a few words, for a button."""

from collections.abc import Mapping
from typing import Any

from skills.contract import Skill
from skills.text import Text, text

SHOWN = {
    "stage": text("stage"),
    "amount": text("amount"),
    "close_date": text("close date"),
    "next_step": text("next step"),
    "next_step_due": text("due"),
    "owner": text("owner"),
    "loss_reason": text("reason lost"),
    "category": text("forecast category"),
    "competitor": text("competitor"),
}


def label(skill: Skill, params: Mapping[str, Any]) -> Text:
    """What the request would do, such as "Change acme: stage proposal"."""
    deal = str(params.get("opportunity") or params.get("about") or params.get("account") or "")
    if skill.name == "update":
        said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in params.items() if name in SHOWN)
        return text("Change {deal}: {what}", deal=_shown(deal), what=said)
    if skill.name == "log":
        return text("Log a {kind} with {deal}", kind=str(params.get("kind", "")), deal=_shown(deal))
    words = ", ".join(str(value) for value in params.values() if isinstance(value, str | int))
    if not words:
        return skill.summary
    return text("{summary}: {what}", summary=skill.summary, what=words if len(words) <= 60 else words[:59] + "…")


def _shown(deal: str) -> str:
    return "it" if ":" in deal or not deal else deal
