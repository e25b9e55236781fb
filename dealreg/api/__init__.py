"""Deals over the API: reading, writing and transitions, each in its module."""
