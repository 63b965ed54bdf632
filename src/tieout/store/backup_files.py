"""The files of a backup, in a folder or in one tar file, known by their names in it."""

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj, rmtree
from typing import IO, Protocol

from tieout.errors import BackupRefused
from tieout.store.lake import copy_file, hash_file, sync_file

TAR = ".tar"
TarError = tarfile.TarError
PRIVATE = 0o600  # a backup holds the hashes of access keys and the installation's secret


class Written(Protocol):
    """A backup that is being written."""

    def put(self, name: str, source: Path, *, link: bool = False) -> str:
        """Take a file in, perhaps by a hard link; give the SHA-256 of what was taken, as hex."""

    def seal(self) -> None:
        """Wait until all of it is on the disk."""

    def close(self) -> None:
        """Let go of it."""


class Kept(Protocol):
    """A backup that is read."""

    def take(self, name: str, target: Path) -> str:
        """Write a file out; give the SHA-256 of what was written, as hex.

        Raises FileNotFoundError when the backup has no such file.
        """

    def close(self) -> None:
        """Let go of it."""


@contextmanager
def written(target: Path) -> Iterator[tuple[Written, Path]]:
    """Give a backup to write and a private folder for drafts; it is there whole or not at all.

    It is written beside its place under another name, synced, and moved there at the end. Raises
    BackupRefused when something is there already.
    """
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{target.name}-unfinished-", dir=target.parent))
    try:
        draft, drafts = stage / "backup", stage / "drafts"
        drafts.mkdir(mode=0o700)
        backup: Written = _WrittenTar(draft) if target.suffix == TAR else _WrittenFolder(draft)
        try:
            yield backup, drafts
            backup.seal()
        finally:
            backup.close()
        refuse_taken(target)
        draft.rename(target)
        sync_folder(target.parent)
    finally:
        rmtree(stage, ignore_errors=True)


def refuse_taken(target: Path) -> None:
    """Raise BackupRefused where something is."""
    if target.exists() or target.is_symlink():
        raise BackupRefused(path=str(target), reason="is there already; give another name")


@contextmanager
def kept(source: Path) -> Iterator[Kept]:
    """Give a backup to read. Raises BackupRefused when it is none."""
    if not source.exists():
        raise BackupRefused(path=str(source), reason="is not there")
    try:
        backup: Kept = _KeptFolder(source) if source.is_dir() else _KeptTar(source)
    except (tarfile.TarError, OSError) as fault:
        raise BackupRefused(path=str(source), reason=f"cannot be read: {fault}") from None
    try:
        yield backup
    finally:
        backup.close()


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _WrittenFolder:
    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700)

    def put(self, name: str, source: Path, *, link: bool = False) -> str:
        target = self.root / name
        for folder in reversed(target.relative_to(self.root).parents):
            (self.root / folder).mkdir(mode=0o700, exist_ok=True)
        if link:
            with suppress(OSError):  # another file system, or one without hard links
                os.link(source, target)
                return hash_file(target)
        digest = copy_file(source, target)
        target.chmod(PRIVATE)
        sync_file(target)
        return digest

    def close(self) -> None:
        """Nothing is open."""

    def seal(self) -> None:
        folders = [path for path in self.root.rglob("*") if path.is_dir()]
        for folder in (*folders, self.root):
            sync_folder(folder)


class _WrittenTar:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch(mode=PRIVATE)
        self.tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - till `close`

    def put(self, name: str, source: Path, *, link: bool = False) -> str:
        del link
        entry = tarfile.TarInfo(name)
        with source.open("rb") as stream:
            entry.size, entry.mode = os.fstat(stream.fileno()).st_size, PRIVATE
            hashed = _Hashed(stream)
            self.tar.addfile(entry, hashed)
        return hashed.digest.hexdigest()

    def seal(self) -> None:
        self.tar.close()
        sync_file(self.path)

    def close(self) -> None:
        self.tar.close()


class _KeptFolder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def take(self, name: str, target: Path) -> str:
        return copy_file(self.root / name, target)

    def close(self) -> None:
        """Nothing is open."""


class _KeptTar:
    def __init__(self, path: Path) -> None:
        self.tar = tarfile.open(path, "r:")  # noqa: SIM115 - until `close`

    def take(self, name: str, target: Path) -> str:
        try:
            stream = self.tar.extractfile(name)
        except KeyError:
            raise FileNotFoundError(name) from None
        assert stream is not None, "a backup holds files only"
        with stream, target.open("wb") as out:
            copyfileobj(stream, out)
        return hash_file(target)

    def close(self) -> None:
        self.tar.close()


class _Hashed:
    """A stream that is hashed as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.stream.read(size)
        self.digest.update(content)
        return content
