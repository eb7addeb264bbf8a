"""A file as it comes out of another system, as rows of text: encoding and delimiter are found."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from store.importers.problems import Unreadable

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE_ROWS = 200
SAMPLE_BYTES = 64_000
LEGACY = ("cp1252", "gb18030")


@dataclass(frozen=True)
class Row:
    """One row; `number` as a spreadsheet counts, blank rows included. Cells are stripped of outer spaces."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True)
class Sheet:
    """Everything in a file, headers, titles and footers included."""

    path: Path
    encoding: str
    delimiter: str
    rows: tuple[Row, ...]


def read_sheet(path: Path, encoding: str | None = None) -> Sheet:
    """Read a CSV or TSV file. Raises `Unreadable` where it is none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Unreadable(f"There is no file {path}.") from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror or 'unknown reason'}.") from error
    name = encoding or find_encoding(data)
    try:
        text = data.decode(name or "utf-8").removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable(
            f"{path} is not text in an encoding known here. "
            "Save it as CSV in UTF-8, or name its encoding with --encoding."
        ) from error
    if "\0" in text:
        raise Unreadable(f"{path} is not a text file. Spreadsheets are imported as CSV: save it as “CSV UTF-8”.")
    if not text.strip():
        raise Unreadable(f"{path} is empty.")
    delimiter, text = _find_delimiter(text)
    return Sheet(path, name or "utf-8", delimiter, tuple(_rows(path, text, delimiter)))


def find_encoding(data: bytes) -> str | None:
    """UTF-8 and UTF-16 prove themselves; between Western and Chinese bytes their statistics decide. None: neither."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if (silent := _silent_utf16(data)) is not None:
        return silent
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    # Only lines with something to tell: thousands of plain ones before the first accent would drown it.
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:SAMPLE_BYTES]
    possible = [name for name in LEGACY if _decodes(data, name)]
    if len(possible) < len(LEGACY):
        return possible[0] if possible else None
    best = from_bytes(telling, cp_isolation=list(LEGACY)).best()
    return best.encoding if best is not None and best.encoding in LEGACY else "cp1252"


def _silent_utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of its commas, line ends and digits is zero."""
    sample = data[:SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    few = len(sample) // 20
    if max(even, odd) <= few or min(even, odd) > few:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _find_delimiter(text: str) -> tuple[str, str]:
    """The character that cuts most rows into equally many cells (more than one); and the text without "sep=;"."""
    first, _, rest = text.partition("\n")
    declared = first.strip().strip('"')
    if declared.lower().startswith("sep=") and len(declared) == len("sep=") + 1:
        return declared[-1], rest

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SAMPLE_ROWS)
        try:
            widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        except csv.Error:
            return (0, 0)
        width, count = max(((width, count) for width, count in widths.items() if width > 1), default=(0, 0), key=_area)
        return (count, width)

    best = max(DELIMITERS, key=evenness)
    return (best if evenness(best)[0] else ","), text


def _area(width_and_count: tuple[int, int]) -> tuple[int, int]:
    width, count = width_and_count
    return count, width


def _rows(path: Path, text: str, delimiter: str) -> list[Row]:
    # Strict, because a quotation mark that is never closed would otherwise swallow every row below it in silence.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        rows.extend(Row(number, tuple(cell.strip() for cell in cells)) for number, cells in enumerate(reader, 1))
    except csv.Error as error:
        raise Unreadable(
            f"{path} cannot be cut into cells at row {len(rows) + 1}: a quotation mark there is not closed, "
            "or stands in the middle of a quoted cell (it must be doubled there). Correct that row and import again."
        ) from error
    return rows
