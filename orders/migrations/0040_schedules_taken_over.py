from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0039_waiting_newest'),
    ]

    operations = [
        migrations.AddField(
            model_name='exportschedule',
            name='taken_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='exportschedule',
            name='taken_from',
            field=models.CharField(blank=True, default='', max_length=254),
        ),
        migrations.AlterField(
            model_name='export',
            name='trouble',
            field=models.CharField(blank=True, choices=[('broke', 'Something went wrong while it was made.'), ('slow', 'It took too long. Narrow the days, then try again.'), ('killed', 'The worker that made it was stopped again and again.'), ('too_large', 'It is larger than all files of the organisation may be together.'), ('unreadable', 'Its filter cannot be read any more.'), ('rights', 'Whoever it was to be made for may not export here any more.')], default='', max_length=10),
        ),
    ]
