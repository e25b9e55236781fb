"""Partners: vendors, programs, partners, enrollments, seats."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """The app `partners`."""

    name = "partners"

    def ready(self) -> None:
        """Load the check that every model says who sees its rows; tell others who acts at a seat."""
        from activity.sight import set_actor_source
        from jobs.actors import set_holder_source
        from partners.seats import actors_of, holder_now
        from prm.kernel import scoping  # noqa: F401

        set_holder_source(holder_now)
        set_actor_source(actors_of)
