"""stored runs -> APIs, portal, command line; knows HTTP, the clock and keys, and it alone."""
