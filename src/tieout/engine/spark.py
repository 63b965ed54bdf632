"""Spark or Sail: the second engine, for a cluster over the same Parquet files.

The stages' exact arithmetic is the same SQL text; only the integer quotient is spelt otherwise.
"""

from tieout.quotient import Dialect

DIALECT = Dialect(name="spark", quotient="({dividend} div {divisor})")
