"""What a skill gives as an example of itself is understood as that skill."""

from bot.understanding.drafts import Draft
from bot.understanding.entities import find_entities
from bot.understanding.examples import Examples
from bot.understanding.grammar import read_command
from bot.understanding.intents import rank
from skills.catalog import CATALOG
from skills.contract import Effect
from skills.measures.calendar import FiscalCalendar
from skills.references.vocabulary import Vocabularies, Vocabulary
from store.engine import Database
from store.models import Account, Person, Product
from store.scope import Scope
from tests.conversations.company import NOW, build_company


def read(words: str, vocabulary: Vocabulary, examples: Examples) -> Draft | None:
    frame = find_entities(words, vocabulary, NOW.date(), FiscalCalendar())
    command = read_command(frame, CATALOG, None)
    if command is not None:
        return command[0]
    ranked = rank(frame, CATALOG, examples, None)
    return ranked[0].draft if ranked else None


def test_examples_are_understood_as_their_skill_and_none_as_another_that_writes(database: Database) -> None:
    build_company(database)
    with database.writing() as session:
        session.add_all([Account(name="Acme"), Product(name="GTX Pro"), Person(name="Marcus Bell")])
    with database.session() as session:
        vocabulary = Vocabularies().get(session, Scope.everybody())
    examples = Examples(CATALOG)
    found = {
        (skill.name, example.says): read(example.says, vocabulary, examples)
        for skill in CATALOG.values()
        for example in skill.examples
    }
    other = {says: draft for (name, says), draft in found.items() if draft is None or draft.skill != name}
    assert len(other) <= len(found) * 0.02, other
    wrong = {
        says: draft.skill
        for says, draft in other.items()
        if draft is not None and draft.sure and CATALOG[draft.skill].effect is Effect.WRITE and draft.missing is None
    }
    assert wrong == {}
