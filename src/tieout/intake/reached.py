"""How far the reading of a file has come, for whoever watches it."""

from dataclasses import dataclass


@dataclass
class Reached:
    """How many bytes of a file, as it lies there, were read; 0 where its reader cannot tell."""

    size: int = 0
