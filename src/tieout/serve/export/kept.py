"""Small answers in memory, by their strong tag: what was answered once is not made again."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from threading import Lock

KEPT_MAX = 256 * 1024  # bytes of an answer that is kept; a longer one is streamed


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent: its headers and its body."""

    headers: Mapping[str, str]
    body: bytes


@dataclass
class KeptAnswers:
    """The answers asked for last, `room` bytes of bodies at most.

    A tag says all that a body depends on: the documents with their revisions, who sees them, the
    question, the form. Whoever is given an answer was found to see just these documents now.
    """

    room: int
    _answers: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, tag: str) -> Kept | None:
        """Give the answer with a tag, if it is here."""
        with self._lock:
            if tag in self._answers:
                self._answers.move_to_end(tag)
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Kept) -> None:
        """Keep an answer; those asked for longest ago make room."""
        with self._lock:
            if tag in self._answers or len(answer.body) > self.room:
                return
            self._answers[tag] = answer
            self._size += len(answer.body)
            while self._size > self.room:
                _, gone = self._answers.popitem(last=False)
                self._size -= len(gone.body)


def gathered(stream: Iterator[bytes]) -> tuple[bytes | None, Iterator[bytes]]:
    """Read a stream as far as an answer may be kept: its whole body, or it as it was."""
    held: list[bytes] = []
    size = 0
    for part in stream:
        held.append(part)
        size += len(part)
        if size > KEPT_MAX:
            return None, chain(held, stream)
    return b"".join(held), iter(())
