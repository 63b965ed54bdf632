"""A strategy for the odd case, which shrinks to the ordinary one."""

from hypothesis import strategies as st


def rarely(one_in: int) -> st.SearchStrategy[bool]:
    """Draw True about once in `one_in` times."""
    return st.sampled_from([False] * (one_in - 1) + [True])
