from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0003_takes_over"),
    ]

    operations = [
        migrations.RenameField("glukey", "checked_at", "tried_at"),
    ]
