"""stored runs -> pages for people."""
