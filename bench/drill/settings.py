"""The product's settings, with the drill added."""

from prm.settings import *  # noqa: F403
from prm.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [*PRODUCT_APPS, "bench.drill.apps.Drill"]
ROOT_URLCONF = "bench.drill.urls"
