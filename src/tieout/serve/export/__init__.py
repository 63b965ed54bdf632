"""rows -> bytes of a format, and the names of files."""
