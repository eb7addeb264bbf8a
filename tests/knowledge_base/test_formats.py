"""Documents of every format are found by what they say; what cannot be read is named, and stops nothing else."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase
from knowledge_base.loaders import Loaders, Unreadable, folder
from knowledge_base.loaders.converter import Converter
from tests.knowledge_base.documents import LOCKED, make_pdf, make_slides, make_word, make_workbook, make_zip

OpenBase = Callable[..., KnowledgeBase]

HTML = """<html><head><title>Returns</title><script>alert("x")</script><style>p {color: red}</style></head>
<body><h2>How long</h2><p>Customers send devices back within <b>41 days</b>.</p>
<table><tr><th>Reason</th><th>Refund</th></tr><tr><td>Defect</td><td>100 %</td></tr></table></body></html>"""


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A folder with the same kind of facts in each format."""
    root = tmp_path / "shelf"
    root.mkdir()
    (root / "returns.html").write_text(HTML)
    word = [("Heading1", "Warranty"), ("Normal", "General."), ("Heading2", "Pumps"), ("Normal", "Pumps: 27 months.")]
    (root / "warranty.docx").write_bytes(make_word(word))
    slides = [("Our offices", "Gdansk, Lyon"), ("Support hours", "The hotline answers from 06:30 to 21:15.")]
    (root / "company.pptx").write_bytes(make_slides(slides))
    sheets: dict[str, list[list[object]]] = {
        "Freight": [["Country", "Days", "From"], ["Norway", 4.0, dt.date(2026, 3, 1)], ["Chile", 12.5, None]],
        "hidden costs": [["Margin"], ["secret 63"]],
    }
    (root / "freight.xlsx").write_bytes(make_workbook(sheets))
    (root / "spares.csv").write_bytes("Pièce;Délai\nRoulement;9 jours\nJoint;2 jours\n".encode("cp1252"))
    (root / "safety.pdf").write_bytes(make_pdf(["Safety", "Wear the orange gloves at 480 volts."]))
    (root / "more.zip").write_bytes(make_zip({"deep/loan.md": "# Loan units\n\nA loan unit costs 73 euros a week.\n"}))
    return root


FOUND = (
    ("within how many days are devices sent back", "returns.html", "Returns > How long", "**41 days**"),
    ("how many months of warranty on pumps", "warranty.docx", "Warranty > Pumps", "27 months"),
    ("when does the hotline answer", "company.pptx", "2 Support hours", "06:30 to 21:15"),
    ("how many days is freight to Norway", "freight.xlsx", "Freight", "| Norway | 4 | 2026-03-01 |"),
    ("délai roulement", "spares.csv", "spares", "9 jours"),
    ("gloves at 480 volts", "safety.pdf", "safety", "orange gloves"),
    ("what does a loan unit cost a week", "more.zip/deep/loan.md", "Loan units", "73 euros"),
)
"""A question, and the file, section and words that hold its answer."""


def test_documents_of_any_format_are_found_with_their_place(open_base: OpenBase, everything: Path) -> None:
    knowledge = open_base()
    report = knowledge.add([everything])
    assert report.refused == ()
    for question, file, section, words in FOUND:
        best = knowledge.search(question, 1)[0]
        assert best.file == file
        assert section in best.section
        assert words in knowledge.section(best).text


def test_scripts_hidden_sheets_and_pictures_are_left_out(open_base: OpenBase, everything: Path) -> None:
    knowledge = open_base()
    knowledge.add([everything])
    texts = "\n".join(section.text for document in knowledge.documents() for section in knowledge.sections(document.id))
    assert "alert" not in texts
    assert "color: red" not in texts
    assert "secret 63" not in texts


def test_converted_documents_are_skipped_when_unchanged_and_dropped_when_gone(
    open_base: OpenBase, everything: Path
) -> None:
    knowledge = open_base()
    knowledge.add([everything])
    (everything / "more.zip").unlink()
    report = knowledge.add([everything])
    assert len(report.unchanged) == 6
    assert report.removed == ("more.zip/deep/loan.md",)
    assert knowledge.search("loan unit", 3)[0].file != "more.zip/deep/loan.md"


BROKEN = {
    "scan.pdf": (make_pdf([]), "only pictures"),
    "locked.pdf": (make_pdf(["hello"], extra=LOCKED), "password"),
    "torn.pdf": (make_pdf(["hello"])[:120], "damaged"),
    "no.pdf": (b"this is no pdf at all", "damaged"),
    "torn.docx": (make_word([("Normal", "hello")])[:300], "damaged"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
    "no.xlsx": (make_zip({"readme": "not a workbook"}), "damaged"),
    "no.pptx": (b"", "empty"),
    "blank.xlsx": (make_workbook({"One": []}), "nothing in its sheets"),
    "binary.csv": (bytes(range(256)) * 40, "not text"),
    "bomb.docx": (make_zip({"word/document.xml": b"\0" * 600_000_000}), "would unpack to 600 MB"),
    "bomb.zip": (make_zip({"zeros.txt": b"\0" * 90_000_000}), "would unpack"),
    "torn.zip": (make_zip({"a.md": "# A\n\nText."})[:40], "damaged"),
    "latin.md": ("# Café\n\nPrix réduit.".encode("cp1252"), "UTF-8"),
    "list.exe": (b"MZ", "not read"),
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Why each broken file is refused, all read by one process one after another."""
    found = {}
    with Loaders() as loaders:
        for name, (data, _) in BROKEN.items():
            if name.endswith((".zip", ".exe")):
                continue
            try:
                loaders.load(name, data)
            except Unreadable as error:
                found[name] = error.reason
    return found


@pytest.mark.parametrize("name", [name for name in BROKEN if not name.endswith((".zip", ".exe"))])
def test_a_file_that_cannot_be_read_says_why(refusals: dict[str, str], name: str) -> None:
    assert BROKEN[name][1] in refusals[name]


def test_broken_files_stop_nothing(open_base: OpenBase, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("scan.pdf", "torn.docx", "bomb.zip", "torn.zip", "latin.md"):
        (shelf / name).write_bytes(BROKEN[name][0])
    (shelf / "zz-good.md").write_text("# Good\n\nThe lift carries 410 kilos.\n")
    report = open_base().add([shelf])
    assert report.added == ("zz-good.md",)
    assert {refused.file for refused in report.refused} == {
        "scan.pdf",
        "torn.docx",
        "bomb.zip",
        "torn.zip",
        "latin.md",
    }


def test_a_file_that_has_become_unreadable_answers_no_more(open_base: OpenBase, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "price.docx").write_bytes(make_word([("Normal", "The starter kit costs 377 crowns.")]))
    knowledge = open_base()
    knowledge.add([shelf])
    assert knowledge.search("starter kit", 1)
    (shelf / "price.docx").write_bytes(b"PK broken")
    report = knowledge.add([shelf])
    assert report.removed == ("price.docx",)
    assert knowledge.search("starter kit", 1) == []


def test_what_takes_too_long_is_given_up_and_the_next_file_is_read() -> None:
    slow = Converter(seconds=0.0)
    with pytest.raises(Unreadable, match="took longer"):
        slow.convert(".csv", b"a,b\n1,2\n")
    slow.close()
    quick = Converter()
    try:
        assert "| 1 | 2 |" in quick.convert(".csv", b"a,b\n1,2\n").text
    finally:
        quick.close()


def test_an_archive_does_not_reach_out_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "sly.zip"
    path.write_bytes(make_zip({"../outside.md": "# Out", "in.md": "# In", "__MACOSX/x.md": "# Mac", ".h.md": "# Hid"}))
    members = folder.list_members(folder.FoundFile(path, "sly.zip"))
    assert [(member.name, member.read()) for member in members] == [("sly.zip/in.md", b"# In")]


def test_cells_stand_as_people_see_them() -> None:
    rows: list[list[object]] = [
        ["When", "Flag", "Rate", "Text"],
        [dt.datetime.fromisoformat("2026-05-04T13:30"), True, 0.125, "a | b\nc"],
    ]
    converter = Converter()
    try:
        text = converter.convert(".xlsx", make_workbook({"S": rows})).text
    finally:
        converter.close()
    assert "| 2026-05-04 13:30 | yes | 0.125 | a \\| b c |" in text
