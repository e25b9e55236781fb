"""Static files under hashed names, so that browsers keep them for a year."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Leaves out what no page of ours uses: it was most of the half minute that the first `make run` took."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "rest_framework"]


class LenientManifestStorage(CompressedManifestStaticFilesStorage):
    """Falls back to the plain name where nothing was collected yet, as in tests."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the plain one while STATIC_ROOT is empty."""
        try:
            return super().stored_name(name)
        except ValueError:
            return name
