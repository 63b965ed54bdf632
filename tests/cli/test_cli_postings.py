"""`tieout export postings`: to standard output, to a file of its own, over nothing else."""

from pathlib import Path

from cli_case import PERIOD, Program


def test_postings_go_out_or_into_a_file_and_over_nothing_else(
    billed: Program, tmp_path: Path
) -> None:
    out = billed("export", "postings", PERIOD, "--drafts")
    assert out.code == 0
    assert out.out.startswith(f"; tieout {PERIOD}, run ")
    path = tmp_path / "october.beancount"
    for _ in range(2):  # an export may take the place of one before
        assert billed("export", "postings", PERIOD, "--drafts", "--out", path).code == 0
        assert path.read_text() == out.out
    other = tmp_path / "notes.txt"
    other.write_text("not to be lost")
    refused = billed("export", "postings", PERIOD, "--out", other)
    assert (refused.code, other.read_text()) == (1, "not to be lost")
    assert "name another file" in refused.err
    assert billed("export", "postings", PERIOD, "--json").code == 2
    never = billed("export", "postings", "2031-01")
    assert never.code == 1
    assert "2031-01" in never.err
    folder = billed("export", "postings", PERIOD, "--out", tmp_path / "no" / "such.txt")
    assert folder.code == 1
    assert "No such file" in folder.err
