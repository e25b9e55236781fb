"""How the API shows people."""

from __future__ import annotations

from rest_framework import serializers

from prm.kernel.api import ReadSerializer


class PersonSerializer(ReadSerializer):
    """A person with an address to write to."""

    name = serializers.CharField(help_text="Full name.")
    email = serializers.EmailField()


class PersonNameSerializer(ReadSerializer):
    """A person by name."""

    name = serializers.CharField(help_text="Full name.")


class ProfileSerializer(PersonSerializer):
    """The person who asks."""

    language = serializers.CharField(help_text="Language of mails and pages, such as `en`.")
    time_zone = serializers.CharField(help_text="IANA name, such as `Europe/Berlin`.")
