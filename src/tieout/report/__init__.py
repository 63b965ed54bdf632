"""invoice rows -> the consolidated and the expanded view."""
