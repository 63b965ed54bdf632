"""Who hears what a session does while it does it; by default no one."""

from collections.abc import Callable


class Watch:
    """Hears what a command does, as it does it; this one makes nothing of it.

    A watch says nothing back and changes no figure. It may raise to stop the command.
    """

    def opened(self, stop: Callable[[], None]) -> None:
        """Hear that a session is open; `stop`, from any thread, ends the statement that it runs."""

    def closed(self) -> None:
        """Hear that the session is closed."""

    def file(self, name: str) -> None:
        """Hear that the next vendor file begins."""

    def phase(self, name: str) -> None:
        """Hear what begins: store, read, type, keep of each file; then sum and publish of all."""

    def reached(self, *, size: int, rows: int) -> None:
        """Hear how many bytes of the file as it lies there, and rows, were read so far."""


UNWATCHED = Watch()
