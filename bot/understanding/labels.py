"""A request in a few words, for a button."""

from collections.abc import Mapping
from typing import Any

from skills.contract import Skill
from skills.terms import named
from skills.text import Text, Word, text, verbatim
from skills.wording import enumeration

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
        said = [
            text("{field} {new}", field=SHOWN[name], new=str(value)) for name, value in params.items() if name in SHOWN
        ]
        return text("Change {deal}: {what}", deal=_shown(deal), what=enumeration(said))
    if skill.name == "log":
        return text(
            "Log a {kind} with {deal}",
            kind=named("kind", Word(value=str(params.get("kind", "")))) or "",
            deal=_shown(deal),
        )
    if skill.name == "submit":
        category = named("category", Word(value=str(params.get("category", "commit")).replace(" ", "_")))
        return text("Submit {amount} as {category}", amount=str(params.get("amount", "")), category=category or "")
    words = ", ".join(str(value) for value in params.values() if isinstance(value, str | int))
    if not words:
        return skill.summary
    return text("{summary}: {what}", summary=skill.summary, what=words if len(words) <= 60 else words[:59] + "…")


def _shown(deal: str) -> Text:
    return text("it") if ":" in deal or not deal else verbatim(deal)
