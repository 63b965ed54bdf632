"""The progress of a load: on a terminal only, and a time left that counts every phase."""

import contextlib
import os
import pty
import re
import sys
from pathlib import Path

import pytest
from cli_case import MONTH_FILE, Program

from tieout.serve.cli.progress import SHARES, Forecast, LoadProgress

COPIES = 2000  # of the demo's rows, so that reading takes some refreshes of the bar


def on_a_terminal(program: Program, *arguments: str | Path) -> str:
    """Run a command on a terminal of its own; give all that it shows."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TIEOUT_HOME=str(program.home), TERM="xterm-256color", COLUMNS="200")
        command = [sys.executable, "-m", "tieout.serve.cli", *map(str, arguments)]
        os.execv(sys.executable, command)  # noqa: S606 - our own program, on the new terminal
    shown = b""
    with contextlib.suppress(OSError):  # the terminal's end
        while piece := os.read(terminal, 65_536):
            shown += piece
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown.decode()
    return shown.decode()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Write the demo's rows many times over."""
    header, *rows = MONTH_FILE.read_text().splitlines(keepends=True)
    file = tmp_path / "large.csv"
    file.write_text(header + "".join(rows) * COPIES)
    return file


def test_a_terminal_sees_files_bytes_rows_and_time_left(referenced: Program, large: Path) -> None:
    shown = on_a_terminal(referenced, "load", MONTH_FILE, large)
    assert "reading large.csv (2 of 2)" in shown
    assert "checking large.csv (2 of 2)" in shown
    megabytes = f"{large.stat().st_size / 1_000_000:.1f} MB"
    assert re.search(
        rf"[0-9]:[0-9]{{2}} left, [0-9.]+ (MB|kB|bytes) of {megabytes}, "
        r"[0-9,]+ rows, [0-9,]+ a second",
        re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown),
    )


def test_no_progress_is_shown_in_a_pipe_or_beside_json(referenced: Program, large: Path) -> None:
    said = referenced("load", large)
    assert said.code == 0
    assert "reading" not in said.err + said.out
    shown = on_a_terminal(referenced, "--json", "load", MONTH_FILE)
    assert "reading" not in shown
    assert "\x1b[" not in shown


def test_nothing_is_foretold_before_anything_was_seen() -> None:
    forecast = Forecast([100])
    assert forecast.left(1.0) is None
    forecast.file(1.0)
    forecast.begin("store", 1.0)
    assert forecast.left(2.0) is None


def test_the_first_phases_foretell_all_others_by_their_shares() -> None:
    forecast = Forecast([100])
    forecast.file(0.0)
    forecast.begin("store", 0.0)
    forecast.begin("read", 0.8)  # a tenth of a second per share
    assert sum(SHARES.values()) == 100
    assert forecast.left(0.8) == pytest.approx(9.2)


def test_reading_is_foretold_by_the_bytes_read() -> None:
    forecast = Forecast([100])
    forecast.file(0.0)
    forecast.begin("store", 0.0)
    forecast.begin("read", 0.8)
    forecast.size_read = 50
    left = forecast.left(4.3)  # half in 3.5 s: another 3.5 s, and 57 shares of 4.3 / 25.5 s
    assert left == pytest.approx(3.5 + 57 * 4.3 / 25.5)


def test_a_file_foretells_the_next_ones_by_its_own_phases() -> None:
    forecast = Forecast([100, 200])
    forecast.file(0.0)
    for phase, at in (("store", 0.0), ("read", 1.0), ("type", 5.0), ("keep", 6.0)):
        forecast.begin(phase, at)
    forecast.file(6.5)
    left = forecast.left(6.5)
    of_all = (SHARES["sum"] + SHARES["publish"]) * 300 * 6.5 / (93 * 100)
    assert left == pytest.approx(2 * 6.5 + of_all)


def test_a_phase_that_lasts_too_long_is_never_almost_over() -> None:
    forecast = Forecast([100])
    forecast.file(0.0)
    forecast.begin("store", 0.0)
    forecast.begin("read", 0.8)
    forecast.begin("type", 4.3)  # 4.5 s are to be expected
    at_the_end = 12 * 0.1
    assert forecast.left(6.3) == pytest.approx(2.5 + at_the_end)
    assert forecast.left(24.3) == pytest.approx(2.0 + at_the_end)


def test_the_bar_never_goes_back_and_is_full_at_the_end_only(tmp_path: Path) -> None:
    moments = iter([0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 8.0, 8.0, 26.0, 30.0, 90.0])
    file = tmp_path / "a.csv"
    file.write_bytes(b"x" * 1000)
    progress = LoadProgress([file], clock=lambda: next(moments))
    progress.file("a.csv")
    progress.phase("store")
    progress.phase("read")
    shown = []
    for size in (10, 500, 510, 511):
        progress.reached(size=size, rows=size)
        progress.pace()
        shown.append(progress.shown)
    assert shown == sorted(shown)
    assert 0 < shown[0] < shown[-1] < 1
