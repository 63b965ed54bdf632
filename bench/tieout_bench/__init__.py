"""The benchmark: generator -> runs -> report. `tieout bench` calls one of its `run_` functions."""

from tieout_bench.answers import run_answers
from tieout_bench.generate import Month, make_month
from tieout_bench.report import run_bench
from tieout_bench.shapes import run_shapes
from tieout_bench.together import run_together

__all__ = ["Month", "make_month", "run_answers", "run_bench", "run_shapes", "run_together"]
