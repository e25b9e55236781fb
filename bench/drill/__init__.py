"""A Django app that only measurements install: a handler with an effect that can be counted, and its naive control."""
