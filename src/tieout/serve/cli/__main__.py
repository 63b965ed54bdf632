"""`python -m tieout.serve.cli`: the same program as `tieout`."""

from tieout.serve.cli import main

main()
