"""Partners: vendors, programs, partners, enrollments, seats."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """The app `partners`."""

    name = "partners"

    def ready(self) -> None:
        """Load the check that every model says who sees its rows."""
        from prm.kernel import scoping  # noqa: F401
