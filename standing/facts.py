"""Facts from outside about people: loading this registers their kind."""

from standing import achieving

__all__ = ["achieving"]
