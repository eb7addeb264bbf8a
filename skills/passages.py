"""How passages of the knowledge base are quoted and cited in answers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from knowledge_base import KnowledgeError
from knowledge_base.answer import KnowledgeAnswer
from knowledge_base.search import Passage
from skills.answer import Answer, Bullets, Citation, Quote, Status
from skills.cards import Standing, get_standings
from skills.contract import SkillContext
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


def get_cited_standings(context: SkillContext, answer: KnowledgeAnswer) -> dict[str, Standing]:
    """How the cards stand that the answer rests on, or that would come next to it, by file."""
    passages = [citation.passage for citation in answer.citations[:1]] or list(answer.nearest[:1])
    if answer.expired:
        passages.append(answer.expired)
    return get_standings(context, {passage.file: (passage.document_id, passage.card) for passage in passages})


def cited(answer: KnowledgeAnswer, standings: Mapping[str, Standing] | None = None) -> Answer:
    """The passage that answers, quoted with its place; or an honest "that is not in there" with the closest places.

    `standings` are those of `get_cited_standings`; without them the notes are what the cards say themselves.
    """
    if answer.status == "refused" or not answer.citations:
        return _unanswered(answer, standings or {})
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
        notes=freshness(first.passage, (standings or {}).get(first.passage.file)),
    )


def _unanswered(answer: KnowledgeAnswer, standings: Mapping[str, Standing]) -> Answer:
    return Answer(
        status=Status.REFUSED,
        headline=text("That is not in the knowledge base."),
        blocks=_places(text("The closest it has:"), list(answer.nearest)),
        notes=_expiry(answer.expired, standings.get(answer.expired.file)) if answer.expired else (),
    )


def _expiry(passage: Passage, standing: Standing | None) -> tuple[Text]:
    asked = standing.asked if standing else passage.card.owner
    if asked:
        return (
            text(
                "**{title}** dealt with this, but it is no longer valid. Ask {owner}.",
                title=passage.title,
                owner=asked,
            ),
        )
    return (text("**{title}** dealt with this, but it is no longer valid.", title=passage.title),)


def _places(title: Text, passages: list[Passage]) -> tuple[Bullets, ...]:
    items = tuple(dict.fromkeys(place(passage) for passage in passages))[:FURTHER_PLACES]
    return (Bullets(title=title, items=items),) if items else ()


def place(passage: Passage) -> Text:
    """Heading path and file of a passage."""
    return text("{section} ({file})", section=passage.section or passage.title, file=passage.file)


def freshness(passage: Passage, standing: Standing | None = None) -> tuple[Text, ...]:
    """Whose card it is, when it was last checked and what speaks against it, where that is known."""
    card = passage.card
    return (standing or Standing(owner=card.owner or "", verified_on=card.verified_on)).notes()
