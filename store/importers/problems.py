"""What can stop an import, and what can keep a single row out of it."""

from dataclasses import dataclass


class ImportProblem(Exception):
    """The import was stopped and nothing was written. `sentence` is for people: what happened, and what to do.

    ImportProblem
    ├── Unreadable   the file cannot be read as a table
    ├── Unmatched    the table lacks a column that this kind of record needs
    └── Question     a column can be read in more than one way; the sentence names the option that answers it
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unreadable(ImportProblem):
    pass


class Unmatched(ImportProblem):
    pass


class Question(ImportProblem):
    pass


class CellRefused(Exception):
    """A cell cannot be taken as it stands. `reason` begins where "column X: " ends."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Refusal:
    """Why a row was kept out; `row` as a spreadsheet numbers it, `column` the header in the file."""

    file: str
    row: int
    column: str
    value: str
    reason: str


class RowRefused(Exception):
    """The row cannot be imported, because of one of its fields (empty: because of the row as a whole)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
