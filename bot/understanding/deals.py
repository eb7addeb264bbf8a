"""The deal that a text speaks of."""

import re

from bot.understanding.entities import Frame, Item, Kind


def deal_of(frame: Frame) -> Item | None:
    """The first deal that the text names, with a product named right after it."""
    deals = frame.of(Kind.DEAL)
    return joined(frame, deals[0]) if deals else None


OF = re.compile(r"\s+(?:deal |opp |opportunity )?(?:at|for|with|from|of|@)\s+(?:the )?", re.IGNORECASE)


def joined(frame: Frame, deal: Item) -> Item:
    """ "acme watch deal", "watch at acme": the product belongs to the name, unless something else stands between."""
    for item in frame.of(Kind.PRODUCT):
        if item.end <= deal.start and OF.fullmatch(frame.clean, item.end, deal.start):
            return Item(Kind.DEAL, item.start, deal.end, f"{deal.words.strip()} {item.words}", deal.mention)
        between = frame.clean[deal.end : item.start] if item.start >= deal.end else "-"
        if not between.strip("'s ’") and len(between) <= 3:
            return Item(Kind.DEAL, deal.start, item.end, frame.clean[deal.start : item.end], deal.mention)
    return deal
