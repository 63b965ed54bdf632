"""The operations interface: an invoice's status moved by those who may (reporting-api.md 8.1)."""
