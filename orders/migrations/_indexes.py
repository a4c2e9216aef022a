"""An index that is made while the desk is used, for migrations that are not atomic."""

from django.db import migrations


class AddIndexWhileUsed(migrations.AddIndex):
    """As AddIndex; PostgreSQL lets others write meanwhile."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            schema_editor.add_index(to_state.apps.get_model(app_label, self.model_name), self.index, concurrently=True)
