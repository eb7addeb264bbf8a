"""What somebody typed, without Slack's markup for it."""

import re

LINK = re.compile(r"<((?:https?://|mailto:|tel:)[^<>|]*)(?:\|([^<>]*))?>")
PERSON = re.compile(r"<@([A-Z0-9_]+)(?:\|[^<>]*)?>")
SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|)?@?([^<>|^]+)(?:\|[^<>]*)?>")


def words_typed(text: str, own_user: str) -> str:
    """The words: links by their label, our own name left out; `<@U…>` and `<#C…|name>` stay, they name things."""
    text = LINK.sub(lambda found: found.group(2) or found.group(1).removeprefix("mailto:").removeprefix("tel:"), text)
    text = PERSON.sub(lambda found: "" if found.group(1) == own_user else f"<@{found.group(1)}>", text)
    text = SPECIAL.sub(lambda found: f"@{found.group(1)}", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[ \t]+", " ", text).strip()


def names(text: str, user: str) -> bool:
    """Whether the text mentions this user."""
    return any(found.group(1) == user for found in PERSON.finditer(text))


def is_for_another(text: str, own_user: str) -> bool:
    """Whether it begins by addressing somebody else."""
    found = PERSON.match(text.lstrip())
    return found is not None and found.group(1) != own_user
