"""Prices of a page of a list, computed once for as long as they are asked for again."""

import threading
from collections import OrderedDict
from contextlib import ExitStack

import pyarrow as pa

from tieout import pipeline
from tieout.report.master import Sight
from tieout.serve.export.stream import open_engine
from tieout.serve.sealed import digest
from tieout.serve.settings import Surroundings

Asked = tuple[int, str, str, str]
REMEMBERED = 64
ROWS_MAX = 10_000  # of one answer that is remembered


class Prices:
    """The prices of one service: of the same snapshot, day and question they are the same."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Remember nothing yet."""
        self._surroundings = surroundings
        self._known: OrderedDict[Asked, pa.Table] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, asked: pa.Table, *, sight: Sight) -> pa.Table:
        """Give what is asked, as pipeline.quote does."""
        viewer = sight.viewer.organization_id
        said = digest(*asked.to_pylist())
        question = (sight.snapshot_id, sight.day.isoformat(), viewer, said)
        with self._lock:
            known = self._known.get(question)
        if known is not None:
            return known
        with ExitStack() as stack:
            found = pipeline.quote(
                open_engine(stack, self._surroundings),
                self._surroundings.house,
                asked=asked,
                snapshot_id=sight.snapshot_id,
                asker=viewer,
                day=sight.day,
            )
        if asked.num_rows <= ROWS_MAX:
            with self._lock:
                self._known[question] = found
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return found
