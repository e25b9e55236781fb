"""The kinds of list that need several areas: loading this registers them."""

from portal.lists import partners, people

__all__ = ["partners", "people"]
