from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0036_digests'),
    ]

    operations = [
        migrations.AddField(
            model_name='exportschedule',
            name='paused_at',
            field=models.DateTimeField(null=True),
        ),
    ]
