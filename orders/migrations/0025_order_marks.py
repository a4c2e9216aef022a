import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0024_export_schedules'),
        ('tenancy', '0002_list_columns_and_single_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_glu_id', models.BigIntegerField()),
                ('order_created_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('prepared', 'Prepared'), ('posted', 'Posted'), ('ready', 'Ready to collect'), ('handed-over', 'Handed over'), ('printed', 'Printed'), ('chased', 'Chased')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user_name', models.CharField(max_length=254)),
                ('look_again_on', models.DateField(null=True)),
                ('batch', models.UUIDField(default=uuid.uuid4)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by_name', models.CharField(blank=True, default='', max_length=254)),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='marks', to='orders.order')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='order_marks', to='tenancy.organisation')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('undone_at__isnull', True)), fields=['organisation', 'kind', 'order'], name='mark_standing'), models.Index(fields=['organisation', 'kind', '-at'], name='mark_newest'), models.Index(fields=['organisation', 'batch'], name='mark_batch'), models.Index(condition=models.Q(('order__isnull', True)), fields=['organisation', 'order_glu_id'], name='mark_lost')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind__in', ['prepared', 'posted', 'ready', 'handed-over']), ('undone_at__isnull', True)), fields=('organisation', 'order', 'kind'), name='mark_stands_once')],
            },
            managers=[
                ('across_organisations', django.db.models.manager.Manager()),
            ],
        ),
    ]
