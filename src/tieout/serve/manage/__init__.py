"""The management API: reference data changed by programs, row by row, with admin keys."""
