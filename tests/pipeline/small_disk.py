"""A disk that is filled up, and has room again."""

import os
from pathlib import Path

KIB = 1_024


def fill(disk: Path, *, left_kib: int) -> None:
    """Leave so much room on the disk."""
    found = os.statvfs(disk)
    size = found.f_bavail * found.f_frsize - left_kib * KIB
    with (disk / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, max(size, 1))


def make_room(disk: Path) -> None:
    """Take away what fills the disk."""
    (disk / "ballast").unlink()
