# A Glu that answers with errors of its own was told from one that is away by its words.

from django.db import migrations, models


def tell(apps, schema_editor):
    states = apps.get_model('orders', 'MirrorState')._base_manager.exclude(last_error_kind='')
    own = 'Glu answered with an error of its own'
    states.filter(last_error_kind='unreachable', last_error__startswith=own).update(last_error_kind='failing')
    known = ('refused', 'wrong_organisation', 'throttled', 'unreachable', 'failing', 'unreadable')
    states.exclude(last_error_kind__in=known).update(last_error_kind='unreadable')


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0014_check_outcome'),
    ]

    operations = [
        migrations.AlterField(
            model_name='mirrorstate',
            name='last_error_kind',
            field=models.CharField(blank=True, choices=[('refused', 'Glu refuses the key'), ('wrong_organisation', 'The key opens another organisation'), ('throttled', 'Glu asked us to slow down'), ('unreachable', 'Glu cannot be reached'), ('failing', 'Glu does not answer as it should'), ('unreadable', 'Glu’s answers cannot be used')], default='', max_length=20),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
