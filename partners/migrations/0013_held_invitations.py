from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """In a migration of its own: an index on a large table is built beside its readers and writers."""

    atomic = False

    dependencies = [("partners", "0012_listed_invitations")]

    operations = [
        AddIndexConcurrently(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("accepted_at", None), ("revoked_at", None), ("sendings", 0)),
                fields=["issuer", "id"],
                name="invitation_held",
            ),
        ),
    ]
