"""What failed around a command, in a sentence: no space, no place, no catalog, no way to it.

The texts of libraries are not told: they may hold cells and amounts.
"""

import errno
from collections.abc import Iterator

import duckdb
import pyarrow as pa
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_TEXTS = ("no space left", "disk is full", "file too large", "disk quota exceeded")
NO_SPACE = "no space is left on the disk of {place}; nothing was half done: make room, do it again"
CUT = (
    "the connection to the catalog was cut or could not be made; the store holds what it held"
    " before, or all of this command: do it again"
)
FAILING = (
    "the disk of the catalog is full (no space) or broken ({code}); nothing was half done:"
    " make room, do it again"
)
LOCKED = "the catalog stayed locked by another process; nothing was half done: do it again"
LOCKED_TEXT = "database is locked"
# what a person named as home, lake, catalog or folder is not such a place, or not theirs
NO_PLACE = {
    *(errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOENT, errno.EACCES),
    *(errno.EPERM, errno.EROFS, errno.ENAMETOOLONG),
}
NO_ADDRESS = (
    "TIEOUT_CATALOG is not the address of a catalog: it begins with sqlite:/// or"
    " postgresql+psycopg://"
)
CANNOT_OPEN = "the catalog cannot be opened: there is no such folder, or no right to it"
CANNOT_OPEN_TEXT = "unable to open database file"
DAMAGED = "the catalog is no database, or damaged: restore a backup of it"
DAMAGED_TEXTS = ("file is not a database", "disk image is malformed")
LIBRARIES = (OSError, duckdb.Error, pa.ArrowException)  # which say it in their text only


def outage(error: BaseException) -> str | None:
    """Give the sentence for an error that the surroundings caused; none for any other."""
    for cause in _causes(error):
        said = None
        if isinstance(cause, DBAPIError):
            said = _of_catalog(cause)
        elif isinstance(cause, OSError) and cause.errno in FULL:
            said = NO_SPACE.format(place=cause.filename or "the lake")
        elif isinstance(cause, NoConnectionLeft):
            said = CUT
        elif isinstance(cause, ArgumentError):  # NoSuchModuleError is one
            said = NO_ADDRESS
        elif isinstance(cause, OSError) and cause.errno in NO_PLACE and cause.filename:
            said = f"{cause.filename}: {cause.strerror}"
        elif isinstance(cause, LIBRARIES) and _is_full(str(cause).lower()):
            said = NO_SPACE.format(place="the lake or the scratch folder")
        if said is not None:
            return said
    return None


def _of_catalog(error: DBAPIError) -> str | None:
    text, code = str(error.orig).lower(), getattr(error.orig, "sqlite_errorname", "")
    if _is_full(text):
        return NO_SPACE.format(place="the catalog")
    if code.startswith("SQLITE_IOERR"):  # SQLite looks no further, where there is no room
        return FAILING.format(code=code)
    if LOCKED_TEXT in text:
        return LOCKED
    if CANNOT_OPEN_TEXT in text:
        return CANNOT_OPEN
    if any(said in text for said in DAMAGED_TEXTS):
        return DAMAGED
    return CUT if error.connection_invalidated or _is_no_way(error) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and those that it came from, or came while it was handled."""
    found: BaseException | None = error
    seen: set[int] = set()
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _is_full(said: str) -> bool:
    return any(text in said for text in FULL_TEXTS)


def _is_no_way(error: DBAPIError) -> bool:
    """Tell whether a database could not be reached: it gave the error no state of its own."""
    state = getattr(error.orig, "sqlstate", "")
    is_psycopg = type(error.orig).__module__.startswith("psycopg")
    # 08: connection exception; 57P: the server shuts down; none: it never answered
    return is_psycopg and (state is None or state.startswith(("08", "57P", "25P03")))
