"""``python -m knowledge_base add PATH… | search TEXT | ask TEXT | status | rebuild | calibrate | synonyms``."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_base import KnowledgeBase, KnowledgeError, KnowledgeSettings

if TYPE_CHECKING:
    from rich.console import Console

    from knowledge_base.calibration import ScaleReport
    from knowledge_base.index import AddReport


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 with a sentence on stderr, 130 interrupted."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with KnowledgeBase.open(KnowledgeSettings(), lambda: datetime.now(UTC).astimezone()) as knowledge:
            run: Callable[[KnowledgeBase, argparse.Namespace], None] = options.run
            run(knowledge, options)
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The knowledge base is as it was before; what was embedded is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(
            f"{error.filename or 'A file'} cannot be used: {error.strerror or 'input or output failed'}.",
            file=sys.stderr,
        )
        return 1
    return 0


def _interrupt(*_: object) -> None:
    """SIGTERM ends a write as Ctrl-C does."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge_base", description="The playbook: add, search, ask.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser("add", help="index files and folders, or bring them up to date")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add.set_defaults(run=_add)
    search = commands.add_parser("search", help="passages that fit")
    search.add_argument("-k", type=_positive, default=5, metavar="N", help="how many (5)")
    search.set_defaults(run=_search)
    ask = commands.add_parser("ask", help="a quoted, cited answer, or that there is none")
    ask.set_defaults(run=_ask)
    ask.add_argument("--after", metavar="TEXT", help="the question before this one, whose subject it may keep")
    for command in (search, ask):
        what = command.add_mutually_exclusive_group(required=True)
        what.add_argument("text", nargs="?", metavar="TEXT")
        what.add_argument("--batch", type=Path, metavar="FILE.jsonl", help="many: objects with id and text, one a line")
        command.add_argument("--json", action="store_true", help="for scripts")
    status = commands.add_parser("status", help="what is in it and what is wrong")
    status.add_argument("--json", action="store_true", help="for scripts")
    status.set_defaults(run=_status)
    rebuild = commands.add_parser("rebuild", help="make the index anew with the configured embedding model")
    rebuild.set_defaults(run=_rebuild)
    calibrate = commands.add_parser("calibrate", help='set where "sure" begins by the knowledge base\'s own questions')
    calibrate.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="objects with question and file")
    calibrate.add_argument("--target", type=_share, default=0.05, help="most mistakes among sure answers (0.05)")
    calibrate.add_argument("--json", action="store_true", help="for scripts")
    calibrate.set_defaults(run=_calibrate)
    synonyms = commands.add_parser("synonyms", help="words that mean the same; without FILE those that are set")
    synonyms.add_argument("file", nargs="?", type=Path, metavar="FILE.csv", help="a line for each meaning")
    synonyms.set_defaults(run=_synonyms)
    return parser


def _share(text: str) -> float:
    value = float(text)
    if not 0.005 <= value <= 0.5:
        raise argparse.ArgumentTypeError("give a share from 0.005 to 0.5, such as 0.05")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 200:
        raise argparse.ArgumentTypeError("give a number from 1 to 200")
    return value


def _add(knowledge: KnowledgeBase, options: argparse.Namespace) -> None:
    from rich.console import Console

    console = Console()
    report = _with_progress(lambda progress: knowledge.add(options.paths, progress))
    _print_report(console, report)


def _rebuild(knowledge: KnowledgeBase, _: argparse.Namespace) -> None:
    embedded = _with_progress(knowledge.rebuild)
    print(f"The index was made anew; {embedded} texts were embedded, the others were already known.")


def _synonyms(knowledge: KnowledgeBase, options: argparse.Namespace) -> None:
    if options.file:
        print(f"{knowledge.set_synonyms(options.file)} lines of synonyms are used from now on.")
        return
    import csv

    csv.writer(sys.stdout, lineterminator="\n").writerows(knowledge.list_synonyms())


def _calibrate(knowledge: KnowledgeBase, options: argparse.Namespace) -> None:
    from knowledge_base.calibration import to_json
    from knowledge_base.golden import read_questions

    given = read_questions(options.questions) if options.questions else None
    source = options.questions.name if options.questions else ""
    report = _with_progress(
        lambda progress: knowledge.calibrate(given, source=source, target=options.target, progress=progress)
    )
    if options.json:
        _print_json(to_json(report))
        return
    print(f"{report.calibration.questions} questions: {report.calibration.source}")
    for scale in report.scales:
        _print_scale(scale)
    print("The thresholds are kept and used from now on.")


def _print_scale(scale: "ScaleReport") -> None:
    name = {"meaning": "meaning and words", "words": "words alone (Chinese)"}[scale.scale]
    print(f"\n{name}: {scale.questions} questions to {scale.documents} documents, each asked with its document and")
    print(f"without; {scale.chosen_on} cases to choose on, {scale.tested_on} others to test")
    if scale.reason:
        print(f"  the thresholds stay as they were: {scale.reason}")
    for band in ("sure", "unsure"):
        one = getattr(scale, band)
        if one is None:
            continue
        print(
            f"  {band} from {one.value:.4f}: {one.mistakes} mistakes in {one.answered} answers, "
            f"with 95 % confidence at most {one.bound:.1%} (target {one.target:.1%})"
        )
        confirmed = "" if one.is_confirmed else "; NOT confirmed, believe this one"
        print(
            f"    on the other half: {one.test_mistakes} in {one.test_answered}, "
            f"at most {one.test_bound:.1%}{confirmed}"
        )
    print(f"  {'threshold':>9} {'coverage':>9} {'answered':>9} {'mistakes':>9} {'risk':>7}   (half for testing)")
    for step in scale.table:
        print(f"  {step.threshold:9.3f} {step.coverage:9.0%} {step.answered:9d} {step.mistakes:9d} {step.risk:7.1%}")
    if scale.auroc is not None:
        print(f"  AUROC {scale.auroc:.3f}")


def _with_progress(work: Callable[[Callable[[str, int, int], None]], Any]) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def progress(step: str, done: int, total: int) -> None:
            if not total:
                return
            if step not in tasks:
                tasks[step] = bars.add_task(step)
            bars.update(tasks[step], completed=done, total=total)

        return work(progress)


def _print_report(console: "Console", report: "AddReport") -> None:
    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "unchanged": len(report.unchanged),
        "removed": len(report.removed),
        "refused": len(report.refused),
    }
    line(", ".join(f"{count} {name}" for name, count in counts.items()) + f"; {report.passages} new passages.")
    for refused in report.refused:
        line(f"  left out: {refused.file}: {refused.reason}")
    for note in report.noted:
        line(f"  note: {note.file}: {note.reason}")


def _batch(path: Path) -> Iterator[tuple[Any, str]]:
    """Id and text of each line; raises KnowledgeError naming the line that is not readable."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                yield item.get("id"), item["text"] + ""
            except (ValueError, KeyError, TypeError, AttributeError):
                raise KnowledgeError(
                    f'{path} line {number} is not an object with "id" and "text", such as {{"id": 1, "text": "…"}}.'
                ) from None


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _search(knowledge: KnowledgeBase, options: argparse.Namespace) -> None:
    if options.batch:
        for item, text in _batch(options.batch):
            _print_json({"id": item, "results": [p.to_json() for p in knowledge.search(text, options.k)]})
        return
    passages = knowledge.search(options.text, options.k)
    if options.json:
        _print_json([passage.to_json() for passage in passages])
        return
    for passage in passages:
        print(f"{passage.score:.2f}  {passage.file}  {passage.section}  [{passage.start}:{passage.end}]")
        print("      " + " ".join(passage.text.split())[:240])
    if not passages:
        print("Nothing fits. See what is indexed with: python -m knowledge_base status.")


def _ask(knowledge: KnowledgeBase, options: argparse.Namespace) -> None:
    if options.batch:
        for item, text in _batch(options.batch):
            _print_json({"id": item, **knowledge.ask(text).to_json()})
        return
    answer = knowledge.ask(options.text, after=options.after)
    if options.json:
        _print_json(answer.to_json())
    else:
        print(answer.text)


def _age(at: str | None) -> str:
    if at is None:
        return "never"
    days = (datetime.now(UTC) - datetime.fromisoformat(at)).days
    return f"{at} ({days} {'day' if days == 1 else 'days'} ago)" if days else at


def _status(knowledge: KnowledgeBase, options: argparse.Namespace) -> None:
    status = knowledge.status()
    if options.json:
        values = {name: str(v) if isinstance(v, Path) else v for name, v in vars(status).items()}
        _print_json(values)
        return
    print(f"{status.documents} documents, {status.passages} passages, {len(status.sources)} sources in {status.folder}")
    for source in status.sources:
        print(f"  source: {source}")
    print(f"embedding model: {status.model}; last indexed: {_age(status.indexed_at)}")
    print(f"calibration: {status.calibration}")
    print(f"synonyms: {status.synonyms} lines" if status.synonyms else "synonyms: none")
    for name in ("expired", "superseded", "due_for_review"):
        files = getattr(status, name)
        if files:
            print(f"{name.replace('_', ' ')}: {', '.join(files)}")
    if status.refused:
        print(f"left out by the last add ({status.last_add}):")
    for file, reason in status.refused:
        print(f"  {file}: {reason}")
    for problem in status.problems:
        print(f"! {problem}")


if __name__ == "__main__":
    sys.exit(main())
