"""Long work of pages: cut-overs."""

from portal.cutover import jobs

__all__ = ["jobs"]
