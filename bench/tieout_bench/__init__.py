"""The benchmark: generator -> runs -> report. `tieout bench` calls `run_bench`."""

from tieout_bench.generate import Month, make_month
from tieout_bench.report import run_bench

__all__ = ["Month", "make_month", "run_bench"]
