# Texts are folded in another way than before: the documents of the orders that are here are written again, by the block.

from django.db import migrations, models
from django.db.models.functions import Lower

from orders.documented import LINE_FIELDS, ORDER_FIELDS
from orders.migrations._resumable import AddIndexWhileUsed
from orders.payload import ParsedLine, ParsedOrder
from orders.search.document import document_text

BLOCK = 500


def parsed(kind, fields, row, **more):
    """A row as it would be written, so that what makes documents need not know this migration's models."""
    columns = {field.column: getattr(row, field.column, None) for field in fields}
    return kind(glu_id=row.glu_id, columns=columns, extra=row.extra, payload={}, odd=[], unknown=[], **more)


def fold_again(apps, schema_editor):
    orders, lines, documents = (
        apps.get_model('orders', name)._base_manager.using(schema_editor.connection.alias)
        for name in ('Order', 'OrderLine', 'OrderDocument')
    )
    after = 0
    while block := list(orders.filter(pk__gt=after).order_by('pk')[:BLOCK]):
        after = block[-1].pk
        by_order = {order.pk: [] for order in block}
        for line in lines.filter(order__in=by_order).order_by('position', 'glu_id'):
            by_order[line.order_id].append(parsed(ParsedLine, LINE_FIELDS, line))
        known = {document.pk: document for document in documents.filter(order__in=by_order)}
        changed = []
        for order in block:
            text = document_text(parsed(ParsedOrder, ORDER_FIELDS, order, payload_hash=''), by_order[order.pk])
            document = known.get(order.pk)
            if document is not None and document.text != text:
                document.text = text
                changed.append(document)
        documents.bulk_update(changed, ['text'], batch_size=100)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('orders', '0016_saved_views'),
    ]

    operations = [
        AddIndexWhileUsed(
            model_name='transaction',
            index=models.Index('organisation', Lower('gateway_reference'), name='transaction_reference'),
        ),
        migrations.RunPython(fold_again, migrations.RunPython.noop),
    ]
