"""The index of the texts in which orders are searched. On PostgreSQL it is made while the desk is used."""

from django.db import migrations

from orders.search.matching import index


def make(apps, schema_editor):
    index().make_index()


def drop(apps, schema_editor):
    index().drop_index()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0017_texts_folded_again")]

    operations = [migrations.RunPython(make, drop)]
