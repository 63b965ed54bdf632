"""One vendor line's way told anew, in fractions: read -> owned -> chosen -> figured -> told.

It reads the frozen inputs of a run and repeats by another path, one line at a time, what the
stages do in SQL for all lines at once, so that a difference between the two shows.
"""
