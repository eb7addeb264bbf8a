"""Skills that speak of another skill's answer: how it was counted, why it changed, as a file."""

from collections.abc import Mapping

from skills.answer import Invocation

ABOUT: Mapping[str, tuple[str, str]] = {
    "math": ("skill", "params"),
    "why": ("skill", "params"),
    "export": ("report", "report_params"),
}
"""The parameters in which they name the skill, and that skill's own parameters."""


def spoken_of(invocation: Invocation | None) -> Invocation | None:
    """The request itself, or the one that it is about."""
    if invocation is None or invocation.skill not in ABOUT:
        return invocation
    name, params = ABOUT[invocation.skill]
    given = invocation.params.get(params)
    skill = invocation.params.get(name)
    return Invocation.of(str(skill), given if isinstance(given, dict) else {}) if skill else None
