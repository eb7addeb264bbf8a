"""What becomes of a question that is put to people: it is posted, answered in its thread, and passed on."""

from skills.answer import Action, Answer, Invocation, Paragraph, Quote
from skills.contract import Actor
from skills.runner import Assistant
from skills.text import text
from store.models import Enquiry, Person
from store.outbox import add_message
from store.questions import ENQUIRY, get_enquiry_of, list_to_post

MOST_ANSWER = 4000


def post_enquiries(assistant: Assistant) -> int:
    """Owe the chat the message of every question that has none yet; returns how many."""
    with assistant.database.session() as session:
        if not list_to_post(session):
            return 0
    with assistant.database.writing() as session:
        waiting = list_to_post(session)
        for enquiry in waiting:
            asker = session.get(Person, enquiry.asker_id)
            add_message(
                session,
                f"{ENQUIRY}{enquiry.id}",
                answer=_asked(enquiry, asker.name if asker else "?").model_dump_json(),
                due_at=assistant.clock(),
                person_id=enquiry.person_id or enquiry.asker_id,
                channel=enquiry.channel,
            )
            enquiry.posted = True
            session.add(enquiry)
        return len(waiting)


def _asked(enquiry: Enquiry, asker: str) -> Answer:
    return Answer(
        headline=text(
            "{asker} asks what the playbook does not say: **{question}**", asker=asker, question=enquiry.words
        ),
        blocks=(Paragraph(text=text("Answer in this thread; I pass it on.")),),
        actions=(write_card(enquiry),),
    )


def write_card(enquiry: Enquiry) -> Action:
    """The button that opens the form of a card with what was answered in it."""
    invocation = Invocation.of("card", enquiry=f"enquiry:{enquiry.id}")
    return Action(label=text("Write the card"), kind="form", invocation=invocation)


def get_asked(assistant: Assistant, thread: str, actor: Actor) -> int | None:
    """The id of the question that this thread is about; None where it is about none, or the asker speaks."""
    with assistant.database.session() as session:
        enquiry = get_enquiry_of(session, thread)
        return None if enquiry is None or enquiry.asker_id == actor.id else enquiry.id


def offer_card(assistant: Assistant, enquiry_id: int) -> Answer:
    """The button, for who says "write the card"."""
    with assistant.database.session() as session:
        enquiry = session.get_one(Enquiry, enquiry_id)
        return Answer(headline=text("Here is the draft of the card:"), actions=(write_card(enquiry),))


def add_answer(assistant: Assistant, enquiry_id: int, actor: Actor, words: str) -> Answer | None:
    """Keep what somebody answered and owe the asker the words; what to say in the thread, the first time.

    What the same person adds is one answer; of several people the last one's is what a card is made of.
    """
    with assistant.database.writing() as session:
        enquiry = session.get_one(Enquiry, enquiry_id, with_for_update=True)
        is_first = enquiry.answered_by != actor.id
        enquiry.answer = (words if is_first else f"{enquiry.answer}\n\n{words}")[:MOST_ANSWER]
        enquiry.answered_by, enquiry.answered_at = actor.id, assistant.clock()
        enquiry.version += 1
        session.add(enquiry)
        asker = session.get(Person, enquiry.asker_id)
        told = Answer(
            headline=text("{who} answers your question **{question}**:", who=actor.name, question=enquiry.words),
            blocks=(Quote(text=words[:MOST_ANSWER]),),
        )
        add_message(
            session,
            f"answer:{enquiry.id}:{enquiry.version}",
            answer=told.model_dump_json(),
            due_at=assistant.clock(),
            person_id=enquiry.asker_id,
        )
        if not is_first:
            return None
        name = asker.name if asker else "?"
        return Answer(
            headline=text(
                "Thank you, I pass it on to {asker}. Shall it be a card, so that I know it next time?", asker=name
            ),
            actions=(write_card(enquiry),),
        )
