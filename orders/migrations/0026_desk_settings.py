import django.core.validators
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import orders.models.desk_settings


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0025_order_marks'),
        ('tenancy', '0002_list_columns_and_single_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holidays', models.CharField(choices=[('GB-ENG', 'England'), ('GB-WLS', 'Wales'), ('GB-SCT', 'Scotland'), ('GB-NIR', 'Northern Ireland'), ('IE', 'Ireland'), ('none', 'None: bank holidays are days like any other')], default='GB-ENG', max_length=6)),
                ('weekdays', models.CharField(default='12345', max_length=7, validators=[django.core.validators.RegexValidator('\\A1?2?3?4?5?6?7?\\Z', 'These are no weekdays.')])),
                ('dispatch_days', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MaxValueValidator(365)])),
                ('dispatch_days_of', models.JSONField(blank=True, default=dict, validators=[orders.models.desk_settings.validate_days_by_method])),
                ('lead_days', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MaxValueValidator(365)])),
                ('lead_days_of', models.JSONField(blank=True, default=dict, validators=[orders.models.desk_settings.validate_days_by_method])),
                ('gateway_minutes', models.PositiveIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(525600)])),
                ('offline_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MaxValueValidator(365)])),
                ('disagreement_hours', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MaxValueValidator(8760)])),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='desk_settings', to='tenancy.organisation')),
            ],
            managers=[
                ('across_organisations', django.db.models.manager.Manager()),
            ],
        ),
    ]
