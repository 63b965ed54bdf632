"""stored runs -> APIs, portal and command line; the only place that knows HTTP, the clock and keys."""
