"""`python -m scheduler --once --at`: what is due up to a moment, then the end."""

from pathlib import Path

import pytest

from scheduler.__main__ import main
from store.engine import Database
from tests.scheduler.conftest import Desk, utc


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYMAKER_HOME", str(tmp_path))
    monkeypatch.delenv("PLAYMAKER_DATABASE_URL", raising=False)
    monkeypatch.delenv("PLAYMAKER_CHROMA_URL", raising=False)
    monkeypatch.setenv("PLAYMAKER_EMBEDDINGS", "builtin")


def test_it_says_what_it_enqueued_and_ends(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    number = desk.add_schedule(channel="C1SALES", channel_name="#sales", covered_until=utc("2026-11-17T15:00"))
    desk.add_schedule("Eva", at="18:00", covered_until=utc("2026-11-18T00:00"))
    assert main(["--once", "--at", "2026-11-18T08:30:00-05:00"]) == 0
    said = capsys.readouterr().out.splitlines()
    key = f"schedule:{number}:2026-11-18:C1SALES"
    assert said == [
        f"enqueued: leaderboard, every day at 08:30, #sales (due 2026-11-18 08:30 EST) as {key}",
        "1 enqueued of 2 active schedules, up to 2026-11-18T13:30:00+00:00.",
    ]
    assert [message.schedule_id for message in desk.outbox()] == [number]


def test_a_second_time_there_is_nothing_left_to_do(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    for _ in range(2):
        assert main(["--once", "--at", "2026-11-18T08:31:00-05:00"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 enqueued of 1")
    assert len(desk.outbox()) == 1


def test_a_time_without_a_zone_is_the_organisations(desk: Desk) -> None:
    desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    assert main(["--once", "--at", "2026-11-18T08:29"]) == 0
    assert desk.outbox() == []
    assert main(["--once", "--at", "2026-11-18T08:30"]) == 0
    assert len(desk.outbox()) == 1


@pytest.mark.parametrize(
    ("day", "clock"), [("2026-03-08", "2026-03-08T03:30:00-04:00"), ("2026-11-01", "2026-11-01T01:30:00-04:00")]
)
def test_a_report_is_enqueued_once_on_a_day_when_the_clocks_change(desk: Desk, day: str, clock: str) -> None:
    at = "02:30" if day == "2026-03-08" else "01:30"
    desk.add_schedule(at=at, covered_until=utc(f"{day}T00:00"))
    for moment in (clock, f"{day}T02:30:00-05:00", f"{day}T01:30:00-05:00", f"{day}T12:00:00-05:00"):
        assert main(["--once", "--at", moment]) == 0
    (message,) = [message for message in desk.outbox() if f":{day}:" in message.key]
    assert message.due_at.isoformat() == utc(clock[:19]).replace(hour=int(clock[11:13]) + 4).isoformat()


def test_an_unreadable_time_is_explained(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--once", "--at", "tomorrow"]) == 1
    assert "Write it like 2026-03-09T08:30" in capsys.readouterr().err


def test_at_alone_makes_no_sense(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--at", "2026-11-18T08:30"])
    assert "--at needs --once" in capsys.readouterr().err


def test_a_database_that_is_not_ready_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYMAKER_HOME", str(tmp_path / "nothing_here"))
    assert main(["--once"]) == 1
    assert "python -m store migrate" in capsys.readouterr().err
    assert not (tmp_path / "nothing_here" / "playmaker.db").exists()


def test_a_database_that_is_none_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is a letter, not a database" * 200)
    monkeypatch.setenv("PLAYMAKER_DATABASE_URL", f"sqlite:///{broken}")
    assert main(["--once"]) == 1
    said = capsys.readouterr().err
    assert "python -m bot doctor" in said
    assert "Traceback" not in said


def test_one_company_has_one_database(database: Database, tmp_path: Path) -> None:
    assert database.url == f"sqlite:///{tmp_path / 'playmaker.db'}"
