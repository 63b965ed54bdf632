"""`tieout load` with what an attacker names and writes: refused or shown, never run."""

import json
import os
import pty
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_case import MONTH_FILE, Program

HEADER, FIRST_ROW = MONTH_FILE.read_text().splitlines()[:2]
SCREEN = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"  # clears, names the window, colours, turns around


def vendor_file(folder: Path, name: str | bytes, *, charge_type: str = "cycleCharge") -> Path:
    """Write the demo's first row under a name, its charge type replaced."""
    cells = dict(zip(HEADER.split(","), FIRST_ROW.split(","), strict=True))
    text = f"{HEADER}\n{','.join((cells | {'ChargeType': charge_type}).values())}\n"
    path = folder / os.fsdecode(name)
    path.write_text(text)
    return path


def on_a_terminal(program: Program, *arguments: str | Path) -> bytes:
    """Run a command whose output is a terminal; give every byte that it was sent."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tieout.serve.cli", *map(str, arguments)]
    environment = {**os.environ, "TIEOUT_HOME": str(program.home), "TERM": "dumb"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as running:
        os.close(theirs)
        sent = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            sent += block
        os.close(ours)
        running.wait(60)
    return sent


@pytest.fixture
def home(bare: Program) -> Program:
    bare("init")
    return bare


def test_nothing_in_a_file_acts_on_a_terminal(home: Program, tmp_path: Path) -> None:
    name = f"{SCREEN}\nfake.csv: loaded [bold].csv".encode()
    path = vendor_file(tmp_path, name, charge_type=SCREEN)
    sent = on_a_terminal(home, "load", path).decode()
    assert not {sign for sign in sent if sign < " " or sign in "\x9b\u202e"} - set("\r\n")
    assert r"\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\x0afake.csv: loaded [bold].csv: " in sent
    assert all(not line.startswith("fake") for line in sent.splitlines())


def test_json_tells_such_signs_by_their_numbers_and_means_the_same(
    home: Program, tmp_path: Path
) -> None:
    said = home("--json", "load", vendor_file(tmp_path, f"{SCREEN}.csv"))
    assert not set("\x1b\x07\x9b\u202e") & set(said.out)
    assert json.loads(said.out)["files"][0]["file"] == f"{SCREEN}.csv"


def test_a_name_that_is_not_utf8_is_stored_readably(home: Program, tmp_path: Path) -> None:
    said = home("--json", "load", vendor_file(tmp_path, b"M\xfcller.csv"))
    assert (said.code, said.json["files"][0]["file"]) == (0, r"M\xfcller.csv")


@pytest.mark.parametrize("name", ["pipe.csv", "pipe.json"])
def test_a_pipe_is_refused_and_not_waited_for(home: Program, tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    said = home("load", tmp_path / name)
    assert said.code == 1
    assert said.err == (
        f"tieout: {name}: not a file that can be copied; give - for standard input\n"
    )


def test_a_pipe_as_the_manifest_of_a_folder_is_passed_over(home: Program, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    os.mkfifo(folder / "manifest.json")
    vendor_file(folder, "october.csv")
    assert home("--json", "load", folder).json["files"][0]["status"] == "loaded"


def test_an_endless_device_is_refused(home: Program) -> None:
    said = home("load", "/dev/zero")
    assert (said.code, "not a file that can be copied" in said.err) == (1, True)
    assert not any((home.home / "lake/tmp").iterdir())


def test_a_file_that_is_written_to_meanwhile_is_refused(home: Program) -> None:
    # of a size of 0 until it is read, as Linux tells it
    said = home("load", "/proc/self/status")
    assert (said.code, "it was written to while it was read" in said.err) == (1, True)


def test_a_name_longer_than_any_is_refused_in_a_sentence(home: Program) -> None:
    said = home("load", "q" * 100_000)
    assert (said.code, said.err) == (1, f"tieout: {'q' * 255}: File name too long\n")


@pytest.mark.parametrize("blob", ["n" * 100_000, "a\nfake: loaded", "\x1b[2J", "\ud800", "a\x00b"])
def test_a_blob_name_that_no_file_has_is_refused(home: Program, tmp_path: Path, blob: str) -> None:
    members = {"blobCount": 1, "dataFormat": "x", "blobs": [{"name": blob}]}
    (tmp_path / "manifest.json").write_text(json.dumps(members))
    said = home("load", tmp_path / "manifest.json")
    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert "is no name of a file" in said.err


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def many_columns() -> bytes:
    return (HEADER + "," + ",".join(f"c{at}" for at in range(1_000_000)) + "\n").encode()


def long_cells() -> bytes:
    long = FIRST_ROW.replace("cycleCharge", "c" * (10 << 20)).encode()
    return b"\n".join([HEADER.encode(), long, long, FIRST_ROW.encode()])


@pytest.mark.parametrize(("content", "code"), [(many_columns, 1), (long_cells, 0)])
def test_a_file_made_to_fill_the_memory_does_not(
    home: Program, tmp_path: Path, content: Callable[[], bytes], code: int
) -> None:
    path = tmp_path / "october"
    path.write_bytes(content())
    done = subprocess.run(
        [sys.executable, "-m", "tieout.serve.cli", "load", str(path)],
        check=False,
        capture_output=True,
        timeout=100,
        env={**os.environ, "TIEOUT_HOME": str(home.home)},
        preexec_fn=_limited,
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr
