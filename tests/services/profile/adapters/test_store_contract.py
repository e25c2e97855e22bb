"""What every store of profiles does: the plain one in memory, SQLite, PostgreSQL."""

from dataclasses import replace

from services.profile.domain.history.events import CustomerId, EventType, Report
from services.profile.domain.ingestion import Outcome, Result
from services.profile.domain.privacy.consent import Purpose, Statement
from services.profile.domain.snapshot import Snapshot
from services.profile.ports.customers import (
    Period,
    ProfileStore,
    PurchasePosition,
    TimelinePosition,
)
from tests.services.profile.told import (
    DAY,
    NOW,
    about_offer,
    bought,
    card,
    email,
    returned,
    told,
)

ANNA, BERT = card("1"), card("2")
GRANTED = Statement(NOW, denied=False, source="app")
DENIED = Statement(NOW + 1, denied=True, source="app")


def ingest(store: ProfileStore, *reports: Report, now: int = NOW) -> list[Result]:
    return list(store.ingest(reports, now_micros=now).results)


def snapshot(store: ProfileStore, customer_id: CustomerId) -> Snapshot:
    found = store.snapshot_of(customer_id)
    assert found is not None
    return found


def test_a_stored_purchase_is_in_the_snapshot(store: ProfileStore) -> None:
    (result,) = ingest(store, told(bought("1", "tea", "milk", "tea"), ANNA))
    assert result == Result(Outcome.STORED, ANNA.customer_id)
    found = store.snapshot_behind(ANNA)
    assert found == snapshot(store, ANNA.customer_id)
    assert found.version == 1
    assert found.updated_micros == NOW
    assert found.consents == {}
    assert list(found.columns.item_ids) == ["milk", "tea"]
    assert list(found.columns.basket_counts) == [1, 1]
    assert list(found.columns.quantities) == [1.0, 2.0]
    assert list(found.columns.recent_basket_items) == [1, 0]
    assert found.columns.traits.total_spend == 6.0
    assert found.columns.traits.home_store == "mitte"


def test_an_event_counts_once_for_ever(store: ProfileStore) -> None:
    report = told(bought("1", "tea"), ANNA)
    assert [r.outcome for r in ingest(store, report, report)] == [
        Outcome.STORED,
        Outcome.DUPLICATE,
    ]
    (again,) = ingest(store, report)
    assert again == Result(Outcome.DUPLICATE, ANNA.customer_id)
    assert snapshot(store, ANNA.customer_id).version == 1


def test_the_same_id_with_other_content_is_refused(store: ProfileStore) -> None:
    first, other = told(bought("1", "tea"), ANNA), told(bought("1", "coffee"), ANNA)
    in_one_batch = ingest(store, first, other, first)
    assert [r.outcome for r in in_one_batch] == [
        Outcome.STORED,
        Outcome.REFUSED,
        Outcome.DUPLICATE,
    ]
    (refused,) = ingest(store, other)
    assert (refused.reason, refused.field) == ("EVENT_ID_REUSED", "event_id")
    (about_somebody_else,) = ingest(store, told(bought("1", "tea"), BERT))
    assert about_somebody_else.outcome is Outcome.REFUSED
    assert store.customer_behind(BERT) is None
    assert list(snapshot(store, ANNA.customer_id).columns.item_ids) == ["tea"]


def test_the_same_id_of_another_source_is_another_event(store: ProfileStore) -> None:
    ingest(store, told(bought("1", "tea"), ANNA), told(bought("1", "tea", source="web"), ANNA))
    assert snapshot(store, ANNA.customer_id).version == 2


def test_a_refused_event_does_not_stop_its_neighbours(store: ProfileStore) -> None:
    results = ingest(
        store,
        told(bought("1", "tea"), customer=CustomerId("nobody")),
        told(bought("2", "tea"), ANNA),
    )
    assert [r.outcome for r in results] == [Outcome.REFUSED, Outcome.STORED]
    assert (results[0].reason, results[0].field) == ("CUSTOMER_NOT_FOUND", "customer")
    # it was refused, not seen: once the customer is known under that name, it may come again
    (retried,) = ingest(store, told(bought("1", "tea"), customer=ANNA.customer_id))
    assert retried.outcome is Outcome.STORED


def test_what_came_back_is_taken_off_and_may_come_first(store: ProfileStore) -> None:
    ingest(store, told(returned("r", "tea"), ANNA), told(returned("s", "milk", 0.5), ANNA))
    assert list(snapshot(store, ANNA.customer_id).columns.item_ids) == []
    ingest(store, told(bought("1", "tea", "milk", day=3), ANNA))
    columns = snapshot(store, ANNA.customer_id).columns
    assert list(columns.item_ids) == ["milk"]
    assert list(columns.quantities) == [0.5]
    assert list(columns.recent_basket_sizes) == [1]


def test_two_handles_in_one_event_are_one_customer(store: ProfileStore) -> None:
    anna, hers = card("1"), email("anna@example.org")
    smaller = min(anna.customer_id, hers.customer_id)
    (result,) = ingest(store, told(bought("1", "tea"), anna, hers))
    assert result.customer_id == smaller
    assert store.customer_behind(anna) == store.customer_behind(hers) == smaller
    view = store.view(smaller)
    assert view is not None
    assert {each.digest for each in view.identifiers} == {anna.digest, hers.digest}
    assert view.former_ids == ()  # nobody was ever told the other name


def test_customers_who_turn_out_to_be_one_are_joined(store: ProfileStore) -> None:
    anna, hers = card("1"), email("anna@example.org")
    name, former = sorted([anna.customer_id, hers.customer_id])
    ingest(store, told(bought("1", "tea", day=2), anna), now=NOW)
    ingest(store, told(bought("2", "milk", day=1), hers), now=NOW + 1)
    result = store.ingest([told(bought("3", "rice"), anna, hers)], now_micros=NOW + 2)
    assert result.merge_count == 1
    assert result.results[0].customer_id == name
    assert list(snapshot(store, name).columns.item_ids) == ["rice", "milk", "tea"]
    assert snapshot(store, former) == snapshot(store, name)
    view = store.view(former)
    assert view is not None
    assert view.former_ids == (former,)
    assert (view.record.created_micros, view.record.updated_micros) == (NOW, NOW + 2)
    events = store.timeline(former, types=[], period=Period(), before=None, most=10)
    assert events is not None
    assert [each.event.event_id for each in events] == ["3", "2", "1"]
    (again,) = ingest(store, told(bought("1", "tea", day=2), anna))
    assert again == Result(Outcome.DUPLICATE, name)


def test_former_names_are_found_after_several_merges(store: ProfileStore) -> None:
    handles = sorted((card(str(n)) for n in range(5)), key=lambda each: each.customer_id)
    for n, handle in enumerate(handles):
        ingest(store, told(bought(f"b{n}", f"item{n}"), handle))
    for n in range(4, 0, -1):  # each merge gives everything to a smaller name
        ingest(store, told(bought(f"m{n}", "tea"), handles[n], handles[n - 1]))
    for handle in handles:
        assert snapshot(store, handle.customer_id).customer_id == handles[0].customer_id
    view = store.view(handles[4].customer_id)
    assert view is not None
    assert view.former_ids == tuple(handle.customer_id for handle in handles[1:])
    assert view.record.version == 9


def test_a_new_handle_with_a_smaller_name_renames(store: ProfileStore) -> None:
    smaller, larger = sorted((card("1"), card("2")), key=lambda each: each.customer_id)
    ingest(store, told(bought("1", "tea"), larger))
    ingest(store, told(bought("2", "milk"), smaller, customer=larger.customer_id))
    assert snapshot(store, larger.customer_id).customer_id == smaller.customer_id
    assert snapshot(store, larger.customer_id).version == 2
    (result,) = ingest(store, told(bought("3", "rice"), customer=larger.customer_id))
    assert result == Result(Outcome.STORED, smaller.customer_id)


def test_one_batch_links_and_joins_like_many(store: ProfileStore) -> None:
    a, b, c = card("1"), card("2"), card("3")
    reports = [
        told(bought("1", "tea"), a),
        told(bought("2", "milk"), b),
        told(bought("3", "rice"), c),
        told(bought("4", "salt"), b, c),
        told(bought("5", "oil"), a, b),
    ]
    results = ingest(store, *reports)
    name = min(a.customer_id, b.customer_id, c.customer_id)
    assert {result.customer_id for result in results} == {name}
    assert snapshot(store, name).version == 5


def test_exposures_are_counted_across_merges(store: ProfileStore) -> None:
    shown, clicked = EventType.OFFER_IMPRESSION, EventType.OFFER_CLICK
    ingest(store, told(about_offer("1", shown, "coffee", day=2), ANNA))
    ingest(store, told(about_offer("2", shown, "coffee", day=1), BERT))
    ingest(store, told(about_offer("3", clicked, "coffee"), ANNA, BERT))
    (exposure,) = snapshot(store, ANNA.customer_id).columns.exposures
    assert exposure.offer_id == "coffee"
    assert list(exposure.impression_seconds) == [
        (NOW - DAY) // 1_000_000,
        (NOW - 2 * DAY) // 1_000_000,
    ]
    assert (exposure.impression_count, exposure.click_count) == (2, 1)


def test_an_event_is_kept_as_it_was_told(store: ProfileStore) -> None:
    event = replace(
        bought("1", "tea"),
        channel="app",
        place="shelf 7",
        text="ein Tee\x00 für 2 €",
        rating=4.5,
        decision_id="d1",
    )
    ingest(store, told(event, ANNA))
    kept = store.timeline(ANNA.customer_id, types=[], period=Period(), before=None, most=1)
    assert kept is not None
    assert [(each.event, each.stored_micros) for each in kept] == [(event, NOW)]


def test_the_timeline_is_read_page_by_page(store: ProfileStore) -> None:
    ingest(store, *(told(bought(str(n), "tea", day=n % 3), ANNA) for n in range(6)))
    ingest(store, told(returned("r", "tea", day=1), ANNA))
    name = ANNA.customer_id

    def read(**limits: object) -> list[str]:
        asked = {"types": [], "period": Period(), "before": None, "most": 10} | limits
        events = store.timeline(name, **asked)  # type: ignore[arg-type]
        assert events is not None
        return [each.event.event_id for each in events]

    assert read() == ["3", "0", "r", "4", "1", "5", "2"]
    assert read(before=TimelinePosition(NOW - DAY, "till", "r"), most=2) == ["4", "1"]
    assert read(types=[EventType.RETURN]) == ["r"]
    assert read(period=Period(NOW - DAY, NOW)) == ["r", "4", "1"]
    assert (
        store.timeline(CustomerId("nobody"), types=[], period=Period(), before=None, most=1) is None
    )


def test_unknown_customers_are_not_there(store: ProfileStore) -> None:
    nobody = CustomerId("nobody")
    assert store.snapshot_of(nobody) is None
    assert store.snapshot_behind(ANNA) is None
    assert store.customer_behind(ANNA) is None
    assert store.view(nobody) is None
    purpose = Purpose.PERSONALISATION
    assert store.state_consent(nobody, purpose, GRANTED, now_micros=NOW) is None


def test_the_latest_statement_holds_and_repeating_it_changes_nothing(store: ProfileStore) -> None:
    ingest(store, told(bought("1", "tea"), ANNA))
    for statement in (DENIED, GRANTED, GRANTED):
        held = store.state_consent(
            ANNA.customer_id, Purpose.PERSONALISATION, statement, now_micros=NOW + 5
        )
        assert held == {Purpose.PERSONALISATION: DENIED}
    found = snapshot(store, ANNA.customer_id)
    assert found.consents == {Purpose.PERSONALISATION: DENIED}
    assert (found.version, found.updated_micros) == (3, NOW + 5)


def test_statements_under_different_texts_are_different_statements(store: ProfileStore) -> None:
    ingest(store, told(bought("1", "tea"), ANNA))
    newer = GRANTED._replace(text_version="2")
    for statement in (newer, GRANTED, newer):
        held = store.state_consent(
            ANNA.customer_id, Purpose.PERSONALISATION, statement, now_micros=NOW
        )
    assert held == {Purpose.PERSONALISATION: newer}
    assert snapshot(store, ANNA.customer_id).version == 3


def test_statements_are_joined_with_their_customers(store: ProfileStore) -> None:
    ingest(store, told(bought("1", "tea"), ANNA), told(bought("2", "milk"), BERT))
    for handle, statement in ((ANNA, GRANTED), (BERT, GRANTED), (BERT, DENIED)):
        store.state_consent(handle.customer_id, Purpose.PERSONALISATION, statement, now_micros=NOW)
    ingest(store, told(bought("3", "rice"), ANNA, BERT))
    found = snapshot(store, ANNA.customer_id)
    assert found.consents == {Purpose.PERSONALISATION: DENIED}
    assert found.version == 5  # three events, two different statements
    held = store.state_consent(BERT.customer_id, Purpose.MARKETING_SMS, GRANTED, now_micros=NOW)
    assert held == {Purpose.PERSONALISATION: DENIED, Purpose.MARKETING_SMS: GRANTED}


def test_purchases_are_exported_in_order_as_far_as_consent_allows(store: ProfileStore) -> None:
    handles = sorted((card(str(n)) for n in range(3)), key=lambda each: each.customer_id)
    for n, handle in enumerate(handles):
        ingest(store, told(bought(f"b{n}", "tea", day=1), handle))
        ingest(store, told(bought(f"a{n}", "tea", day=1), handle))
        ingest(store, told(returned(f"r{n}", "tea"), handle))
    yes, no, unspoken = (handle.customer_id for handle in handles)
    store.state_consent(yes, Purpose.PERSONALISATION, GRANTED, now_micros=NOW)
    store.state_consent(no, Purpose.PERSONALISATION, DENIED, now_micros=NOW)

    def read(*, unspoken_allowed: bool, after: PurchasePosition | None = None) -> list[str]:
        found = store.purchases(
            period=Period(), after=after, unspoken_allowed=unspoken_allowed, most=10
        )
        assert all(purchase.customer_id != no for purchase in found)
        return [purchase.event.event_id for purchase in found]

    assert read(unspoken_allowed=True) == ["a0", "b0", "a2", "b2"]
    assert read(unspoken_allowed=False) == ["a0", "b0"]
    behind = PurchasePosition(yes, NOW - DAY, "till", "a0")
    assert read(unspoken_allowed=True, after=behind) == ["b0", "a2", "b2"]
    assert store.purchases(period=Period(NOW), after=None, unspoken_allowed=True, most=10) == []
    found = store.purchases(period=Period(), after=None, unspoken_allowed=True, most=1)
    assert [purchase.event.event_id for purchase in found] == ["a0"]
    assert unspoken != yes
