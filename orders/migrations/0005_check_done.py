# Until now `checked_at` was set also where nothing had been compared.

from django.db import migrations, models
from django.db.models import F, Q


def separate(apps, schema_editor):
    orders = apps.get_model('orders', 'Order')._base_manager.filter(checked_at__isnull=False)
    orders.update(check_done_at=F('checked_at'))
    compared = Q(check_words='Identical to Glu.') | Q(check_words__endswith=' moved.')
    orders.exclude(compared).update(checked_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_page_sizes'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='check_done_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(separate, migrations.RunPython.noop),
    ]
