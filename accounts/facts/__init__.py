"""Facts from outside about sales, usage and satisfaction: loading this registers their kinds."""

from accounts.facts import sales, satisfaction, usage

__all__ = ["sales", "satisfaction", "usage"]
