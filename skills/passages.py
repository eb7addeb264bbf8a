"""How passages of the knowledge base are quoted and cited in answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from knowledge_base import KnowledgeError
from knowledge_base.answer import KnowledgeAnswer
from knowledge_base.search import Passage
from skills.answer import Answer, Bullets, Citation, Quote, Status
from skills.errors import Impossible
from skills.text import Text, text

FURTHER_PLACES = 2


@contextmanager
def readable() -> Iterator[None]:
    """Turns whatever keeps the knowledge base from being read into an answer for people."""
    try:
        yield
    except KnowledgeError as error:
        raise Impossible(
            text("The knowledge base can't be searched right now."),
            text("An administrator sees why with: python -m knowledge_base status"),
        ) from error


def cited(answer: KnowledgeAnswer) -> Answer:
    """The passage that answers, quoted with its place; or an honest "that is not in there" with the closest places."""
    if answer.status == "refused" or not answer.citations:
        return _unanswered(answer)
    first = answer.citations[0]
    headline = (
        text("From **{title}**:", title=first.passage.title)
        if answer.band == "sure"
        else text("I'm not sure this answers it. The closest is in **{title}**:", title=first.passage.title)
    )
    return Answer(
        headline=headline,
        blocks=(
            Quote(text=first.quote, source=place(first.passage)),
            *_places(text("See also:"), [citation.passage for citation in answer.citations[1:]]),
        ),
        citations=tuple(
            Citation(file=c.file, section=c.section, start=c.start, end=c.end, quote=c.quote) for c in answer.citations
        ),
        notes=freshness(first.passage),
    )


def _unanswered(answer: KnowledgeAnswer) -> Answer:
    return Answer(
        status=Status.REFUSED,
        headline=text("That is not in the knowledge base."),
        blocks=_places(text("The closest it has:"), list(answer.nearest)),
        notes=_expiry(answer.expired) if answer.expired else (),
    )


def _expiry(passage: Passage) -> tuple[Text]:
    if passage.card.owner:
        return (
            text(
                "**{title}** dealt with this, but it is no longer valid. Ask {owner}.",
                title=passage.title,
                owner=passage.card.owner,
            ),
        )
    return (text("**{title}** dealt with this, but it is no longer valid.", title=passage.title),)


def _places(title: Text, passages: list[Passage]) -> tuple[Bullets, ...]:
    items = tuple(dict.fromkeys(place(passage) for passage in passages))[:FURTHER_PLACES]
    return (Bullets(title=title, items=items),) if items else ()


def place(passage: Passage) -> Text:
    """Heading path and file of a passage."""
    return text("{section} ({file})", section=passage.section or passage.title, file=passage.file)


def freshness(passage: Passage) -> tuple[Text, ...]:
    """Whose card it is and when it was last checked, where it says so."""
    card = passage.card
    if card.owner and card.verified_on:
        return (text("Owner: {owner}. Verified {day}.", owner=card.owner, day=card.verified_on),)
    return (text("Owner: {owner}.", owner=card.owner),) if card.owner else ()
