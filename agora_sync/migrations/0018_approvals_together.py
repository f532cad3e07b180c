from django.db import migrations

from agora_sync.migrations import _approvals_together


class Migration(migrations.Migration):

    dependencies = [
        ('agora_sync', '0017_partner_area'),
    ]

    operations = [
        migrations.RunSQL(_approvals_together.FORWARDS, _approvals_together.BACKWARDS),
    ]
