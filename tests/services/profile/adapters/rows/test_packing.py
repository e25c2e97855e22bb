"""Bytes written by earlier versions are read for ever, and mean what they meant."""

from dataclasses import replace

import msgpack
import pytest

from services.profile.adapters.rows.packing import (
    FORMAT,
    UnknownFormat,
    pack_columns,
    pack_event,
    pack_state,
    unpack_columns,
    unpack_event,
    unpack_state,
)
from services.profile.domain.history.events import Event, EventLine, EventType, ItemId, QuestionId
from services.profile.domain.history.purchase_lines import LineSums
from services.profile.domain.history.state import fold
from services.profile.domain.snapshot import columns_of
from tests.services.profile.told import NOW, about_offer, answered, bought, card, returned, told

FORMAT_1_EVENT = bytes.fromhex(
    "9a01a573746f7265a56d69747465a0019294a3746561cb4000000000000000cb400c000000000000"
    "cb3fe000000000000094a3637570cb3ff0000000000000c0c0a0a0c0a0"
)
"""``EVENT`` as it was written before lines could have a category and a brand."""

FORMAT_1_DIGEST = "1e74340dfb26cf96c1b7558802ad7b8de3a136ff989d3fc97d66f8695e9c9615"

FORMAT_1_STATE = bytes.fromhex(
    "9d020382a37465619501ce000f424000ce68e62680ce68e62680a46d696c6b9501ce000f4240ce000f42"
    "40ce68e62680ce68e626809194cf000640a1d0f6a000a474696c6ca13192a3746561a46d696c6b81a663"
    "6f6666656597900001000000ce68e77800010200ce003d0900ce68e62680ce68e6268081a56d69747465"
    "0180"
)
"""The state of ``HISTORY`` as it was written before states knew of categories."""

FORMAT_3_STATE = bytes.fromhex(
    "dc001303049693a3637570a3746561a46d696c6b9301020193ce000f4240ce002dc6c0ce000f42409300"
    "00ce000f424093ce68e77800ce68e62680ce68e6268093ce68e77800ce68e77800ce68e626809294cf00"
    "0640b5eece0000a474696c6ca3722d3192a3746561a363757094cf000640a1d0f6a000a474696c6ca131"
    "92a3746561a46d696c6b81a6636f6666656597900001000000ce68e77800020401ce00a037a0ce68e626"
    "80ce68e7780081a56d697474650281a573746f72650181a3546561980101ce68e77800ce68e7780001ce"
    "0011fc1f81cd029d0181a7486172626f7572019604ce004c4b400301ce006acfc0ce0007a12081cd029d"
    "cd0180823801500181ab4f7468657220686f75727381cd029d0281a56d6974746581cd029d02"
)
"""The state of ``HISTORY`` and ``GROUPED`` as it was written before baskets told of categories."""

FORMAT_3_COLUMNS = bytes.fromhex(
    "9c0392a3637570a374656192010292cb3ff0000000000000cb400800000000000092ce68e77800ce68e6"
    "268092ce68e77800ce68e7780092ce68e77800ce68e62680920201930100019197a6636f666665659000"
    "010000009a0203ce68e62680ce68e77800cb4025000000000000cb3ff0000000000000cb400000000000"
    "0000cb3fe0000000000000a56d69747465a573746f72659902cb0000000000000000cb00000000000000"
    "0003010000020c"
)
"""Its columns, of which the last two numbers told of pairs of all items, not of choices."""

HISTORY = (
    bought("1", "tea", "milk", day=1),
    returned("2", "milk"),
    about_offer("3", EventType.OFFER_CLICK, "coffee"),
)
EVENT = Event(
    *("till", "r-1", EventType.PURCHASE, NOW),
    channel="store",
    store="mitte",
    lines=(
        EventLine(ItemId("tea"), 2.0, 3.5, 0.5),
        EventLine(ItemId("cup"), 1.0, None, None),
    ),
)
GROUPED = replace(
    EVENT, lines=(EVENT.lines[0]._replace(category="Tea", brand="Harbour"), EVENT.lines[1])
)


def unpacked(content: bytes) -> Event:
    return unpack_event(
        content,
        source=EVENT.source,
        event_id=EVENT.event_id,
        event_type=int(EVENT.type),
        occurred_micros=EVENT.occurred_micros,
    )


def test_an_event_of_the_first_format_is_read_without_category_and_brand() -> None:
    assert unpacked(FORMAT_1_EVENT) == EVENT


@pytest.mark.parametrize(
    "event", [EVENT, GROUPED, replace(EVENT, question_id=QuestionId("pets"), answer_id="cat")]
)
def test_an_event_comes_back_as_it_was_written(event: Event) -> None:
    assert unpacked(pack_event(event)) == event


def test_a_state_of_the_first_format_knows_what_it_knew() -> None:
    known = unpack_state(FORMAT_1_STATE)
    assert known == replace(
        fold(HISTORY),
        lines=LineSums(),
        days={},
        hour_counts={},
        hour_months={},
        store_months={},
    )


def test_a_state_written_before_parts_of_the_week_and_stores_were_counted_knows_all_else() -> None:
    *written, _, _ = msgpack.unpackb(pack_state(fold(HISTORY)), strict_map_key=False)

    assert unpack_state(msgpack.packb(written)) == replace(
        fold(HISTORY), hour_months={}, store_months={}
    )


def test_a_state_of_the_third_format_knows_no_choices_within_categories_and_no_hours_by_month() -> (
    None
):
    whole = fold([*HISTORY, GROUPED])
    assert unpack_state(FORMAT_3_STATE) == replace(
        whole,
        baskets=tuple(basket._replace(categories=()) for basket in whole.baskets),
        lines=whole.lines._replace(discount_told_count=whole.lines.priced_count),
        hour_months={},
    )


def test_lines_that_began_before_it_was_counted_what_is_told_of_discounts_count_as_told() -> None:
    def told_again(**counts: int) -> int:
        lines = LineSums(line_count=130, **counts)
        state = unpack_state(pack_state(replace(fold(HISTORY), lines=lines)))
        assert state.lines == lines._replace(discount_told_count=state.lines.discount_told_count)
        return state.lines.discount_told_count

    assert told_again(priced_count=100, discounted_count=20) == 100
    assert told_again(priced_count=130, discounted_count=20, discount_told_count=1) == 130
    assert told_again(priced_count=130, discounted_count=20, discount_told_count=20) == 20
    assert told_again(priced_count=100) == 0  # of a till that never told a discount


def test_columns_of_the_third_format_say_nothing_of_choices() -> None:
    again = replace(GROUPED, event_id="r-2", occurred_micros=NOW + 1)
    now = columns_of(fold([*HISTORY, GROUPED, again]))
    assert now.evidence.choices
    before, found = columns_of(fold([*HISTORY, GROUPED])), unpack_columns(FORMAT_3_COLUMNS)
    assert found.traits == before.traits
    assert found.evidence == before.evidence._replace(
        choices_anew=0, choices=0, discount_told_count=3
    )


def test_a_basket_keeps_the_category_of_each_item_and_nothing_where_none_was_told() -> None:
    more = replace(
        GROUPED,
        event_id="r-2",
        lines=(*GROUPED.lines, EventLine(ItemId("jam"), 1.0, None, None, "Breakfast")),
    )
    baskets = unpack_state(pack_state(fold([*HISTORY, more]))).baskets
    assert [each.categories for each in baskets] == [("Tea", "", "Breakfast"), ()]


def test_a_state_comes_back_as_it_was_written() -> None:
    state = fold([*HISTORY, GROUPED])
    assert state.categories
    assert unpack_state(pack_state(state)) == state
    asked = fold([*HISTORY, GROUPED, answered("4", "pets", "cat"), answered("5", "garden")])
    assert set(asked.questions) == {"pets", "garden"}
    assert unpack_state(pack_state(asked)) == asked
    assert unpack_columns(pack_columns(columns_of(asked))).asked == columns_of(asked).asked


def test_an_event_of_a_newer_format_is_refused() -> None:
    _, *values = msgpack.unpackb(pack_event(EVENT))
    with pytest.raises(UnknownFormat, match=str(FORMAT + 1)):
        unpacked(msgpack.packb((FORMAT + 1, *values)))


def test_an_event_without_category_and_brand_keeps_the_digest_it_always_had() -> None:
    assert told(EVENT, card("1")).content_digest().hex() == FORMAT_1_DIGEST


def test_a_category_or_a_brand_is_content_like_everything_else() -> None:
    renamed = replace(EVENT, lines=(EVENT.lines[0]._replace(category="Herbs"), EVENT.lines[1]))
    digests = {told(event, card("1")).content_digest() for event in (EVENT, GROUPED, renamed)}
    assert len(digests) == 3
