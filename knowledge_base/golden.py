"""Golden questions: what is asked of a knowledge base by somebody who knows which documents answer.

They come from a file, or from the documents themselves: the question forms and titles of cards, each taken out of its
card while it is asked, and headings put as questions where a document has no forms.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.errors import NotCertified
from knowledge_base.lexical import is_cjk
from knowledge_base.rows import Rows

_MOST_QUESTIONS = 800
_SAMPLE = 2000


@dataclass(frozen=True)
class GoldenQuestion:
    """A question and the files that answer it (none: nothing does); ``start`` and ``end`` say where in the first one.

    ``hidden``: it stands in the knowledge base as a form or title and is taken out while it is asked.
    """

    text: str
    files: tuple[str, ...]
    start: int | None = None
    end: int | None = None
    hidden: bool = False

    @property
    def document(self) -> str:
        """What it is dealt by: the first file that answers, or the question itself."""
        return self.files[0] if self.files else f"? {self.text}"

    def is_right(self, file: str, start: int, end: int) -> bool:
        """Whether a quote from there answers."""
        if not self.files or file != self.files[0]:
            return file in self.files
        return self.start is None or self.end is None or (start < self.end and self.start < end)


def read_questions(path: Path) -> list[GoldenQuestion]:
    """Objects with "question" and "file" (null: nothing answers), optional "start", "end", "also_ok"; one a line."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            files = [*([row["file"]] if row["file"] else []), *row.get("also_ok", ())]
            question = GoldenQuestion(str(row["question"]), tuple(files), row.get("start"), row.get("end"))
            if not all(isinstance(file, str) for file in files):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotCertified(
                f'{path} line {number} is not an object with "question" and "file", such as '
                '{"question": "…", "file": "pricing/discounts.md"}. Nothing was changed.'
            ) from None
        questions.append(question)
    return questions


def list_questions(rows: Rows) -> list[GoldenQuestion]:
    """What the documents themselves ask: forms and titles of cards; headings of those that have no forms."""
    questions = []
    for document_id, file, title, card, superseded_by, _ in rows.list_documents():
        if superseded_by is not None:
            continue
        forms = dict.fromkeys([*([card.title] if card.title else []), *card.questions])
        if card.questions:
            # Without its one Chinese form nothing of an English card could be found in Chinese; nor the other way.
            is_chinese = is_cjk(rows.get_text(document_id)[-_SAMPLE:])
            own = (form for form in forms if is_cjk(form) == is_chinese)
            questions += [GoldenQuestion(form, (file,), hidden=True) for form in own]
            continue
        paths = dict.fromkeys(passage.path for passage in rows.list_passages(document_id))
        questions += [GoldenQuestion(_as_question(title, path[-1]), (file,)) for path in paths if path]
    if len(questions) <= _MOST_QUESTIONS:
        return questions
    # Always the same ones, spread over all documents.
    return sorted(questions, key=lambda q: hashlib.sha256(q.text.encode()).digest())[:_MOST_QUESTIONS]


def _as_question(title: str, heading: str) -> str:
    """A heading as a person would ask for it."""
    subject = heading if heading.casefold() == title.casefold() else f"{heading} ({title})"
    if subject.rstrip().endswith(("?", "？")):
        return subject
    return f"{subject}是怎样的？" if is_cjk(heading) else f"What do we say about {subject}?"


def get_halves(questions: Sequence[GoldenQuestion]) -> dict[str, bool]:
    """First file of a question to whether it is tested; documents whole, both halves of about as many questions."""
    counts = Counter(question.document for question in questions)
    halves: dict[str, bool] = {}
    sizes = [0, 0]
    for name in sorted(counts, key=lambda name: (-counts[name], hashlib.sha256(name.encode()).digest())):
        halves[name] = sizes[1] < sizes[0]
        sizes[halves[name]] += counts[name]
    return halves
