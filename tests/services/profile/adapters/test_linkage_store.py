"""What is read for a comparison and of the links it found, whatever became of the customers."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.writing.retaining import retain
from services.profile.domain.history.events import NOBODY, Handle
from services.profile.domain.linkage.probable_links import FoundLink, LinkageRun
from services.profile.domain.people.identity import IdentifierKind
from services.profile.domain.privacy.retention import USUAL
from tests.services.profile.told import IDENTITY, NOW, bought, card, email, told

ANNA, BERT = card("anna"), card("bert")
KIOSK = IDENTITY.handle(IdentifierKind.DEVICE, "kiosk")
RUN = LinkageRun(str(uuid.uuid4()), "linkage-1", NOW)


def link(one: Handle, other: Handle) -> FoundLink:
    low, high = sorted((one.customer_id, other.customer_id))
    return FoundLink((low, high), 0.9, ())


@pytest.fixture
def engine(migrated: Callable[[str], Engine], database_url: str) -> Engine:
    return migrated(database_url)


def test_a_link_to_somebody_of_whom_nothing_is_left_is_told_without_their_consents(
    engine: Engine,
) -> None:
    store, alike = SqlProfileStore(engine), SqlLinkageStore(engine)
    store.ingest([told(bought("new", "tea"), ANNA)], now_micros=NOW)
    store.ingest([told(bought("old", "tea", day=4_000), BERT)], now_micros=NOW)
    alike.keep(RUN, [link(ANNA, BERT)], is_last=True)
    retain(engine, USUAL, now_micros=NOW)
    (held,) = alike.probable(ANNA.customer_id) or []
    assert held.ends == (ANNA.customer_id, BERT.customer_id)
    assert held.consents == ({}, {})


def test_what_half_a_town_was_seen_with_is_not_gone_through_card_by_card(engine: Engine) -> None:
    store, alike = SqlProfileStore(engine), SqlLinkageStore(engine)
    cards = [card(f"{number}") for number in range(30)]
    reports = [told(bought(each.customer_id, "tea"), each, KIOSK) for each in cards]
    store.ingest([*reports, told(bought("alone", "tea"), KIOSK)], now_micros=NOW)
    names = sorted(each.customer_id for each in (*cards, KIOSK))
    before = (NOBODY, *names)[names.index(KIOSK.customer_id)]
    asked: list[int] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(len(told[3])))
    (kiosk,) = alike.sources(after=before, most=1)
    assert (kiosk.customer.customer_id, kiosk.kinds, kiosk.shared) == (
        *(KIOSK.customer_id, frozenset()),
        frozenset(),
    )
    assert 0 < max(asked) < len(cards)
    other = next(each for each in alike.sources(after=NOBODY, most=100) if each.kinds)
    assert {shared.trace_id for shared in other.shared} == {KIOSK.trace_id}


def test_what_somebodys_own_identifiers_were_seen_with_of_each_other_is_not_shared(
    engine: Engine,
) -> None:
    store, alike = SqlProfileStore(engine), SqlLinkageStore(engine)
    store.ingest([told(bought("1", "tea"), ANNA, email("anna@home.example"))], now_micros=NOW)
    (anna,) = alike.sources(after=NOBODY, most=9)
    assert anna.kinds == {IdentifierKind.LOYALTY_CARD, IdentifierKind.EMAIL}
    assert anna.shared == frozenset()


def test_a_link_stays_with_the_card_when_the_tablet_turns_out_to_be_the_familys(
    engine: Engine,
) -> None:
    store, alike = SqlProfileStore(engine), SqlLinkageStore(engine)
    reports = [told(bought("1", "tea"), ANNA), told(bought("2", "tea"), BERT, KIOSK)]
    store.ingest(reports, now_micros=NOW)
    bert = store.customer_behind(KIOSK)
    assert bert == BERT.customer_id
    alike.keep(RUN, [link(ANNA, BERT)], is_last=True)
    store.ingest([told(bought("3", "tea"), card("carl"), KIOSK)], now_micros=NOW)
    (held,) = alike.probable(ANNA.customer_id) or []
    assert held.ends == (ANNA.customer_id, bert)
