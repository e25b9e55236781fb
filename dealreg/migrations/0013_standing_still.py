"""Indexes for deals that stand still and for terms that end, built beside a running application."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("dealreg", "0012_teams_stay")]
    operations = [
        AddIndexConcurrently(
            model_name='deal',
            index=models.Index(condition=models.Q(('outcome', 'open'), ('stalled_at__isnull', True)), fields=['stage_since'], include=('stage', 'enrollment', 'next_step_on'), name='deal_standing_still'),
        ),
        AddIndexConcurrently(
            model_name='deal',
            index=models.Index(condition=models.Q(('outcome', 'won'), ('term_reminded_at__isnull', True), ('term_until__isnull', False)), fields=['term_until'], name='deal_term_ends'),
        ),
    ]
