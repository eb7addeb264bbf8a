"""What was written or dropped in the chat goes into the knowledge base, and its author hears how that went."""

import json
import logging

from knowledge_base import KnowledgeError
from knowledge_base.uploads import Playbook, Published, Wanted
from skills.answer import Action, Answer, Invocation, Status
from skills.runner import Assistant
from skills.text import Text, text
from store.models import PlaybookCard
from store.outbox import add_message
from store.questions import list_written

log = logging.getLogger(__name__)


def publish(assistant: Assistant, playbook: Playbook) -> int:
    """Bring the playbook's folder to what the rows say; returns how many files were written or removed.

    Only the process that owns the index does it. What cannot be done now is tried again the next time.
    """
    with assistant.database.session() as session:
        rows = list_written(session)
        session.expunge_all()
    there = playbook.list_written()
    wanted = [row for row in rows if not row.removed and there.get(row.file) != row.version]
    gone = set(there) - {row.file for row in rows if not row.removed}
    if not wanted and not gone:
        return 0
    files = [_wanted(row) for row in wanted]
    try:
        done = playbook.publish(files, gone)
    except (KnowledgeError, OSError) as error:
        log.warning("the playbook waits: %s", error)
        return 0
    _tell(assistant, [(row, _said(row, done[row.file])) for row in wanted])
    playbook.mark_written(files, gone)
    return len(wanted) + len(gone)


def _wanted(row: PlaybookCard) -> Wanted:
    return Wanted(row.file, row.version, row.content, row.upload, json.loads(row.card) or None)


def _tell(assistant: Assistant, done: list[tuple[PlaybookCard, Answer]]) -> None:
    """Owe the authors how it went, once for each version."""
    with assistant.database.writing() as session:
        for row, answer in done:
            add_message(
                session,
                f"card:{row.id}:{row.version}",
                answer=answer.model_dump_json(),
                due_at=assistant.clock(),
                person_id=row.author_id,
            )


def _said(row: PlaybookCard, done: Published) -> Answer:
    if done.refused:
        return Answer(
            status=Status.REFUSED,
            headline=text("**{title}** could not be read: {reason}.", title=row.title, reason=done.refused),
            notes=(text("It is not in the playbook. Mend the file and drop it again."),),
        )
    count: Text = text("1 section") if done.sections == 1 else text("{count} sections", count=done.sections)
    return Answer(
        headline=text("**{title}** can be found now: {sections}.", title=row.title, sections=count),
        actions=(Action(label=text("Ask it"), invocation=Invocation.of("ask", question=row.title)),),
        notes=(text("File: {file}.", file=row.file),),
    )
