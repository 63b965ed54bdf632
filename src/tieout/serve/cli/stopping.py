"""Ctrl-C and SIGTERM: the work ends at once, and one sentence says what stands.

A signal's number reaches a thread through a pipe even while the main thread computes in DuckDB,
where Python's own handler would wait for the statement's end. The thread ends the statement; the
main thread then leaves as after KeyboardInterrupt. Where it does not leave in time, the process
ends without it, as after `kill -9`, which the stores survive; only publishing is never cut off.
"""

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

import click

from tieout.engine.watch import UNWATCHED, Watch

STOPPED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_S, AGAIN_S = 1.5, 0.1
AFTER_BAR = "\r\x1b[K\x1b[?25h"  # an empty line, and the cursor that a progress bar hides


class Stopping(Watch):
    """Hears what a command does, passes it on to `onlooker`, and stops it when told to."""

    def __init__(self, *, what_stands: Callable[[], str], onlooker: Watch = UNWATCHED) -> None:
        """Keep what gives the sentence on what stands."""
        self.what_stands, self.onlooker = what_stands, onlooker
        self.asked = threading.Event()  # someone asked for the end
        self.left = False  # the main thread is on its way out
        self._stop: Callable[[], None] | None = None
        self._is_publishing = False

    def opened(self, stop: Callable[[], None]) -> None:
        """Keep what ends a statement."""
        self._stop = stop

    def closed(self) -> None:
        """Forget what ends a statement."""
        self._stop = None

    def file(self, name: str) -> None:
        """Go on with the next file, unless the end was asked for."""
        self._leave_if_asked()
        self.onlooker.file(name)

    def phase(self, name: str) -> None:
        """Go on with the next phase, unless the end was asked for."""
        self._leave_if_asked()
        self._is_publishing = name == "publish"
        self.onlooker.phase(name)

    def reached(self, *, size: int, rows: int) -> None:
        """Pass it on."""
        self.onlooker.reached(size=size, rows=rows)

    def _leave_if_asked(self) -> None:
        # whoever called Python back in the midst of a statement may have lost the interrupt
        if self.asked.is_set():
            raise KeyboardInterrupt

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Leave the work, once: what is cleaned up on the way out is not cut off."""
        self.asked.set()
        if not self.left:
            self.left = True
            # what libraries log about being cut off is not for people
            logging.disable()
            sys.unraisablehook = _say_nothing
            raise KeyboardInterrupt

    def listen(self, signals: socket.socket) -> None:
        """Wait for a signal in a thread of its own; end statements, and at last the process."""
        if not signals.recv(1):
            return
        self.asked.set()
        signals.settimeout(AGAIN_S)
        waited = 0
        while waited * AGAIN_S < GRACE_S or self._is_publishing:
            if (stop := self._stop) is not None:
                with contextlib.suppress(Exception):  # the session may have closed just now
                    stop()
            try:
                if not signals.recv(1):
                    return
                waited += int(GRACE_S / AGAIN_S)  # asked twice
            except TimeoutError:
                waited += 1
        self.leave()

    def leave(self) -> NoReturn:
        """Say what stands and end the process here and now."""
        try:
            stands = self.what_stands()
        except Exception:  # noqa: BLE001 - the process ends, whatever the catalog says
            stands = "the store holds what it held before or all of this command, nothing between"
        if sys.stderr.isatty():
            click.echo(AFTER_BAR, err=True, nl=False)
        click.echo(f"tieout: stopped; {stands}", err=True)
        sys.stderr.flush()
        os._exit(STOPPED)


def _say_nothing(_unraisable: object) -> None:
    """Stand in for the hook that prints what could not be raised."""


@contextlib.contextmanager
def stoppable(stopping: Stopping) -> Iterator[None]:
    """Do some work that a signal stops; then the process says what stands and exits 130."""
    here, there = socket.socketpair()
    there.settimeout(0)
    before = {number: signal.getsignal(number) for number in SIGNALS}
    wakeup = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=stopping.listen, args=(here,), daemon=True)
    listener.start()
    try:
        for number in SIGNALS:
            signal.signal(number, stopping.on_signal)
        yield
    except BaseException:
        # DuckDB and Arrow turn an interrupt into errors of their own
        if not stopping.asked.is_set():
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        there.close()
        listener.join()
        here.close()
    if stopping.asked.is_set():
        stopping.leave()
