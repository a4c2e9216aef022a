"""Steps of migrations that are not atomic: one that was stopped half-way is run again, and goes on where it was."""

from django.db import migrations


class AddFieldOnce(migrations.AddField):
    """As AddField, where the column is not there already."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        if self.name not in columns:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndexWhileUsed(migrations.AddIndex):
    """As AddIndex, where the index is not there already; PostgreSQL lets others write meanwhile."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, model._meta.db_table)
            if connection.vendor == "postgresql":
                # One that was not finished stands there, is kept up by every writer, and serves nobody.
                cursor.execute(
                    "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid",
                    [f'"{self.index.name}"'],
                )
                if cursor.fetchone():
                    schema_editor.remove_index(model, self.index, concurrently=True)
                    known.pop(self.index.name, None)
        if self.index.name in known:
            return
        if connection.vendor == "postgresql":
            schema_editor.add_index(model, self.index, concurrently=True)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
