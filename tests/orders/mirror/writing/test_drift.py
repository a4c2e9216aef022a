"""What Glu sends outside its documentation is kept, and counted once with an example."""

from pytest_django import DjangoAssertNumQueries

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.retention import CHANGES_KEPT
from orders.mirror.writing.drift import MOST_LISTED
from orders.mirror.writing.orders import write_orders
from orders.models import MirrorState
from tests.orders.mirror.writing.conftest import NOW, order


def test_drift_is_counted_with_an_example(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1, dispatchStatus="Teleported", colour="red", total="12.50")]), NOW)
    seen = {(drift.kind, drift.field, drift.value) for drift in hotel.drifts.all()}
    assert seen == {
        ("new_value", "dispatchStatus", "Teleported"),
        ("unknown_field", "colour", ""),
        ("odd_value", "total", ""),
    }
    assert hotel.orders.get().dispatch_status == "Teleported"


def test_thousands_of_strange_fields_are_a_bounded_list(
    hotel: Organisation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(40):
        write_orders(hotel, read_rows([order(1, **{f"field{n}": n for n in range(5000)})]), NOW)
    assert hotel.drifts.count() == MOST_LISTED + 1
    for glu_id in (2, 3):
        write_orders(hotel, read_rows([order(glu_id, field0=1, another=2)]), NOW)
    assert hotel.drifts.count() == MOST_LISTED + 1
    assert hotel.drifts.get(field="field0").orders == 3
    assert hotel.drifts.get(kind="more").orders == 3
    with django_assert_max_num_queries(40):
        write_orders(hotel, read_rows([order(1, changed=1)]), NOW)  # all of them go away again
    assert hotel.order_changes.count() == CHANGES_KEPT


def test_a_payment_status_that_no_order_had_before_is_drift_once_all_of_history_is_here(hotel: Organisation) -> None:
    history = [order(glu_id, paymentStatus=status) for glu_id, status in enumerate(["Paid", "Pending"] * 50, start=1)]
    write_orders(hotel, read_rows(history), NOW)
    assert not hotel.drifts.exists()
    MirrorState.across_organisations.create(organisation=hotel, history_complete_at=NOW)
    write_orders(hotel, read_rows([order(200, paymentStatus="Paid"), order(201, paymentStatus="Disputed")]), NOW)
    write_orders(hotel, read_rows([order(202, paymentStatus="Disputed")]), NOW)
    (drift,) = hotel.drifts.all()
    assert (drift.kind, drift.field, drift.value) == ("new_value", "paymentStatus", "Disputed")
    assert drift.example_glu_id == 201
