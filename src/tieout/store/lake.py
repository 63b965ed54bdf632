"""The lake: immutable files named by their SHA-256, in a folder.

A file is written under `tmp/`, synced, hashed and moved to its name; it is never changed again.
Until the catalog's manifest names it, it is an orphan that `collect` may remove.
"""

import errno
import hashlib
import os
import stat
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tieout.errors import StoreDamaged

COPY_BYTES, HASHED_BYTES = 1 << 24, 1 << 20  # of one step
NO_SENDFILE = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


@dataclass(frozen=True)
class LakeFile:
    """One immutable file: its kind, its place in the lake, its hash, rows and bytes."""

    kind: str
    path: str
    sha256: str
    rows: int
    size: int
    hop: int | None = None


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file's bytes as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_file(source: Path, target: Path) -> str:
    """Copy a file as it stands and give the SHA-256 of the copied bytes as hex.

    What is copied is hashed while the rest is copied. Raises OSError for a pipe or a device,
    which may never end, and for a file that is written to meanwhile, of which a part would pass
    for the whole.
    """
    handle = os.open(source, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not be waited for
    digest = hashlib.sha256()
    with os.fdopen(handle, "rb"), target.open("w+b") as copy, ThreadPoolExecutor(1) as aside:
        hashed: list[Future[None]] = []

        def told(start: int, end: int) -> None:
            part = aside.submit(_hash_part, digest, copy.fileno(), start=start, end=end)
            hashed.append(part)

        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "not a file that can be copied; give - for standard input")
        size = send_file(handle, copy.fileno(), size=before.st_size, told=told)
        after = os.fstat(handle)
    if (size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise OSError(
            errno.EBUSY, "it was written to while it was read; load it when it is complete"
        )
    for part in hashed:
        part.result()
    return digest.hexdigest()


def _hash_part(digest: "hashlib._Hash", handle: int, *, start: int, end: int) -> None:
    while start < end:
        read = os.pread(handle, min(HASHED_BYTES, end - start), start)
        if not read:
            raise OSError(errno.EIO, "the copy was cut while it was hashed")
        digest.update(read)
        start += len(read)


def move_file(source: Path, target: Path) -> str | None:
    """Move a file, from one file system to another too; give its SHA-256 where it was copied."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        digest = copy_file(source, target)
        source.unlink()
        return digest
    return None


def send_file(
    source: int,
    target: int,
    *,
    size: int,
    told: Callable[[int, int], None] = lambda _start, _end: None,
) -> int:
    """Copy in the kernel and give the bytes copied, more than `size` when the file grew.

    Where the kernel cannot (file systems made by programs, such as /proc), by hand. `told` hears
    of each part that was copied where it starts and ends.
    """
    done = 0
    while done <= size:
        try:
            sent = os.sendfile(target, source, done, COPY_BYTES)
        except OSError as error:
            if error.errno not in NO_SENDFILE:
                raise
            sent = os.write(target, os.pread(source, COPY_BYTES, done))
        if not sent:
            break
        told(done, done + sent)
        done += sent
    return done


def sync_file(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


class Lake:
    """A folder of immutable files."""

    def __init__(self, root: Path) -> None:
        """Make the folder if it is missing."""
        self.root = root
        (root / "tmp").mkdir(parents=True, exist_ok=True)

    def full(self, path: str) -> Path:
        """Give the place of a lake path on this machine."""
        return self.root / path

    @contextmanager
    def draft(self, suffix: str = ".parquet") -> Iterator[Path]:
        """Give a place to write a file before it is kept; what is left there is removed."""
        path = self.root / "tmp" / f"{uuid.uuid4().hex}{suffix}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(
        self,
        draft: Path,
        *,
        kind: str,
        rows: int,
        hop: int | None = None,
        sha256: str | None = None,
    ) -> LakeFile:
        """Sync a written draft, move it to its name and give its manifest entry.

        `sha256` is its hash where that is known already.
        """
        sync_file(draft)
        digest = sha256 or hash_file(draft)
        size = draft.stat().st_size
        path = f"{kind}/{digest[:2]}/{digest}{''.join(draft.suffixes)}"
        final = self.full(path)
        final.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(final)
        for folder in (final.parent, final.parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        return LakeFile(kind=kind, path=path, sha256=digest, rows=rows, size=size, hop=hop)

    def check(self, path: str, sha256: str) -> None:
        """Rehash a file. Raises StoreDamaged when it is missing or differs from the manifest."""
        full = self.full(path)
        if not full.is_file():
            raise StoreDamaged(path=path, reason="is missing")
        if (found := hash_file(full)) != sha256:
            raise StoreDamaged(path=path, reason=f"has hash {found}, the manifest says {sha256}")

    def collect(self, kept: set[str]) -> list[str]:
        """Remove every file that the manifest does not name; give their paths."""
        removed = []
        for full in sorted(self.root.rglob("*")):
            path = full.relative_to(self.root).as_posix()
            if full.is_file() and path not in kept:
                full.unlink()
                removed.append(path)
        return removed
