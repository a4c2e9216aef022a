# What came of a check is a value beside its words; until now it was told from the words.

from django.db import migrations, models
from django.db.models import Case, F, Value, When

OUTCOMES = {
    'check_words__startswith': [
        ('Identical to Glu.', 'identical'),
        ('Glu no longer returns this order.', 'not_returned'),
        ('Only its stamp or technical fields moved.', 'technical'),
        ('Its lines had not been read before', 'new_lines'),
        ('Glu’s answers kept changing', 'kept_changing'),
        ('Glu has another order', 'another_order'),
        ('Glu’s answer cannot be used', 'unusable'),
        ('Glu could not be asked', 'not_asked'),
        ('Glu gave ', 'doubted_lines'),
    ],
    'check_words__endswith': [
        (' moved.', 'moved'),
        (' set aside.', 'set_aside'),
    ],
}


def tell(apps, schema_editor):
    orders = apps.get_model('orders', 'Order')._base_manager.filter(check_done_at__isnull=False)
    outcomes = [
        When(**{how: words}, then=Value(outcome)) for how, told in OUTCOMES.items() for words, outcome in told
    ]
    gone = When(check_words__startswith='Glu no longer returns', then=Value('Glu no longer returns this order.'))
    orders.update(
        check_outcome=Case(*outcomes, default=Value(None), output_field=models.CharField()),
        check_words=Case(gone, default=F('check_words')),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0013_read_as_of'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='check_outcome',
            field=models.CharField(choices=[('identical', 'Identical to Glu.'), ('moved', 'Something moved.'), ('technical', 'Only its stamp or technical fields moved.'), ('new_lines', 'Its lines had not been read before.'), ('doubted_lines', 'Its lines may not be all there are.'), ('set_aside', 'Some of its lines could not be read.'), ('kept_changing', 'Glu’s answers kept changing while this order was read. Try again in a moment.'), ('not_returned', 'Glu no longer returns this order.'), ('another_order', 'Glu has another order under this number: this one came from another organisation.'), ('unusable', 'Glu’s answer cannot be used.'), ('not_asked', 'Glu could not be asked.')], max_length=16, null=True),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
