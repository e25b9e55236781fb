"""The drill's app."""

from django.apps import AppConfig


class Drill(AppConfig):
    """Has no models; its `handlers` and `tasks` are found as every app's are."""

    name = "bench.drill"
    label = "drill"
