"""One table of a declared mapping, read key by key; what does not fit is refused by its key."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tieout.errors import FileRefused
from tieout.intake.columns import plain_name

Source = tuple[str, ...]  # the names that one column of the vendor goes by


@dataclass(frozen=True)
class Table:
    """A TOML table and where it stands: `path` is empty for the file's own keys."""

    file: str
    path: str
    values: Mapping[str, object]

    def refusal(self, key: str, reason: str) -> FileRefused:
        """Give the refusal that names the file and the key."""
        where = f"{self.path}.{key}" if self.path else key
        return FileRefused(file=self.file, code="mapping_invalid", reason=f"{where}: {reason}")

    def allow(self, keys: Collection[str]) -> None:
        """Raise FileRefused for a key that the mapping language does not have."""
        for key in self.values:
            if key not in keys:
                raise self.refusal(key, f"no such key; there are {', '.join(keys)}")

    def table(self, key: str) -> "Table":
        """Give the table under a key, empty where there is none."""
        found = self.values.get(key, {})
        if not isinstance(found, dict):
            raise self.refusal(key, "is not a table")
        return Table(self.file, f"{self.path}.{key}" if self.path else key, found)

    def text(self, key: str, default: str | None = None) -> str:
        """Give a text; the default where the key is missing."""
        found = self.values.get(key, default)
        if found is None:
            raise self.refusal(key, "is missing")
        if not isinstance(found, str):
            raise self.refusal(key, "is not a text")
        return found

    def word(self, key: str, *, among: Collection[str]) -> str | None:
        """Give one of a few words; None where the key is missing."""
        if key not in self.values:
            return None
        found = self.text(key)
        if found not in among:
            raise self.refusal(key, f"'{found}' is none of {', '.join(map(repr, among))}")
        return found

    def count(self, key: str, *, default: int | None, least: int, most: int = 1_000_000) -> int:
        """Give a whole number within bounds; the default where the key is missing."""
        found = self.values.get(key, default)
        if found is None:
            raise self.refusal(key, "is missing")
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise self.refusal(key, f"is not a whole number from {least} to {most}")
        return found

    def truth(self, key: str) -> bool:
        """Give a truth; False where the key is missing."""
        found = self.values.get(key, False)
        if not isinstance(found, bool):
            raise self.refusal(key, "is neither true nor false")
        return found

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give a list of texts; the default where the key is missing."""
        found = self.values.get(key)
        if found is None:
            return default
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.refusal(key, "is not a list of texts")
        return tuple(found)

    def pattern(self, key: str) -> str | None:
        """Give a regular expression that the engine (RE2) can search with; None if missing."""
        if key not in self.values:
            return None
        found = self.text(key)
        try:
            pc.match_substring_regex(pa.array([""]), pattern=found)
        except pa.ArrowInvalid as fault:
            raise self.refusal(key, f"'{found}' is not a regular expression of RE2") from fault
        return found

    def source(self, key: str) -> Source:
        """Give the names of one column of the vendor: a header name, or a list of them."""
        return self._source(key, self.values.get(key))

    def sources(self, key: str) -> tuple[Source, ...]:
        """Give a list of columns of the vendor, each a name or a list of names."""
        found = self.values.get(key, [])
        if not isinstance(found, list):
            raise self.refusal(key, "is not a list")
        return tuple(self._source(key, one) for one in found)

    def _source(self, key: str, found: object) -> Source:
        names = found if isinstance(found, list) else [found]
        if not names or not all(isinstance(name, str) and plain_name(name) for name in names):
            raise self.refusal(key, "is not a header name or a list of header names")
        return tuple(names)


def unlike(sources: Collection[Source]) -> Iterator[str]:
    """Give the names that stand in two lists of names which are not the same list."""
    first: dict[str, Source] = {}
    for source in sources:
        for name in source:
            if first.setdefault(plain_name(name), source) != source:
                yield name
