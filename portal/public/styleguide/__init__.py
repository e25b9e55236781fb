"""The style guide: every part with its states, filled with sample data. In demo mode only; it reads no tenant."""

from portal.public.styleguide.views import DeskSample, PartSample, StyleGuide

__all__ = ["DeskSample", "PartSample", "StyleGuide"]
