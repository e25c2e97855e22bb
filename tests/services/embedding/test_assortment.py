"""One state of model and catalogue: cheap to change, and unchanged for who holds it."""

import numpy as np
import pytest

from ml.model.attributes import ItemAttributes
from ml.model.candidates import SOURCES, Moment
from ml.model.history import empty_history, history_of_baskets
from services.embedding.domain.assortment import Assortment
from services.embedding.domain.growing_matrix import GrowingMatrix
from services.embedding.domain.item import Item
from services.embedding.domain.keeper import Keeper
from services.embedding.domain.model import Model, canary_queries, prepared
from services.embedding.domain.text_column import TextColumn
from tests.models import AS_OF_SECONDS, item_attributes, item_ids, small_bundle
from tests.services.embedding.shop import NOON


@pytest.fixture
def model() -> Model:
    return prepared(small_bundle(), least_recall=0.95, load_time=NOON)


def stored(item_id: str, category: str = "tea", *, stock: float | None = None) -> Item:
    attributes = ItemAttributes("a thing", category)
    return Item(item_id, attributes, stock, NOON, NOON, 1)


def rows(*values: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[value, -value] for value in values], np.float32)


def test_a_matrix_grows_without_disturbing_those_who_hold_it() -> None:
    first = GrowingMatrix(rows(1, 2))
    second = first.appended(rows(3))
    third = second.appended(rows(4, 5))
    assert first.rows.tolist() == rows(1, 2).tolist()
    assert second.rows.tolist() == rows(1, 2, 3).tolist()
    assert third.rows.tolist() == rows(1, 2, 3, 4, 5).tolist()
    assert np.shares_memory(second.rows, third.rows)


def test_two_heirs_of_one_matrix_do_not_share_what_they_append() -> None:
    parent = GrowingMatrix(rows(1)).appended(rows(2))
    left, right = parent.appended(rows(3)), parent.appended(rows(4))
    assert left.rows.tolist() == rows(1, 2, 3).tolist()
    assert right.rows.tolist() == rows(1, 2, 4).tolist()


def test_replacing_equal_rows_copies_nothing() -> None:
    matrix = GrowingMatrix(rows(1, 2))
    assert matrix.replaced(np.array([1]), rows(2)) is matrix
    assert matrix.replaced(np.array([1]), rows(9)).rows.tolist() == rows(1, 9).tolist()
    assert matrix.rows.tolist() == rows(1, 2).tolist()


def test_a_column_of_texts_grows_and_knows_its_texts() -> None:
    column = TextColumn.empty(2).with_texts(np.array([1, 3]), ["tea", "soap"], 4)
    assert column.coded(np.array([3, 1, 0])) == (["", "tea", "soap"], [2, 1, 0])
    assert column.is_any_of(["soap", "cheese"]).tolist() == [False, False, False, True]
    changed = column.with_texts(np.array([1]), ["soap"], 4)
    assert changed.is_any_of(["tea"]).tolist() == [False] * 4
    assert column.is_any_of(["tea"]).tolist() == [False, True, False, False]


def test_who_holds_an_assortment_sees_no_later_write(model: Model) -> None:
    before = Assortment.of(model).with_items([stored("tea-0"), stored("new")])
    after = before.with_items([stored("tea-0", stock=0.0), stored("newer"), stored("new", "soap")])
    assert before.available[before.vocabulary.rows(["tea-0", "new"])].tolist() == [True, True]
    assert "newer" not in before.vocabulary
    assert after.available[after.vocabulary.rows(["tea-0", "newer"])].tolist() == [False, True]
    assert before.placement is not None
    assert after.placement is not None
    place = before.vocabulary.rows(["new"])[0]
    axes = small_bundle().attribute_weights
    assert before.placement.vectors.rows[place].tolist() == axes[0].tolist()
    assert after.placement.vectors.rows[place].tolist() == axes[3].tolist()


def test_items_one_by_one_give_what_all_at_once_give(model: Model) -> None:
    items = [stored(f"new-{n}", "soap" if n % 2 else "tea", stock=n % 3) for n in range(200)]
    items += [Item(each, item_attributes(each), None, NOON, NOON, 1) for each in item_ids()]
    at_once = Assortment.of(model).with_items(items)
    one_by_one = Assortment.of(model)
    for each in items:
        one_by_one = one_by_one.with_items([each])
    later_model = Keeper()
    later_model.use_items(items)
    later_model.use_model(model)
    for other in (one_by_one, later_model.assortment):
        assert other.vocabulary.item_ids == at_once.vocabulary.item_ids
        assert other.available.tolist() == at_once.available.tolist()
        places = np.arange(len(at_once.vocabulary))
        for mine, its in ((at_once.categories, other.categories), (at_once.brands, other.brands)):
            assert texts(mine, places) == texts(its, places)
        assert at_once.placement is not None
        assert other.placement is not None
        np.testing.assert_array_equal(other.placement.vectors.rows, at_once.placement.vectors.rows)
        np.testing.assert_array_equal(other.placement.lenders.rows, at_once.placement.lenders.rows)


def test_an_item_written_a_moment_ago_borrows_from_its_like_and_moves_with_its_category(
    model: Model,
) -> None:
    vocabulary = model.bundle.vocabulary
    assortment = Assortment.of(model).with_items([stored("new"), stored("newer")])
    for category in ("tea", "soap"):
        assortment = assortment.with_items([stored("new", category)])
        assert assortment.placement is not None
        lenders = vocabulary.ids(assortment.placement.generator.lenders[0])
        assert {each.split("-")[0] for each in lenders} == {category}

    tea_drinker = history_of_baskets([(AS_OF_SECONDS, ["tea-0"])])
    assert assortment.placement is not None
    found = assortment.placement.generator.generate(tea_drinker, Moment())
    foretold = dict(zip(found.item_ids, found.scores[SOURCES.index("next")].tolist(), strict=True))
    assert foretold["newer"] > foretold["new"]


def texts(column: TextColumn, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    names, positions = column.coded(places)
    return [names[position] for position in positions]


def test_canary_queries_span_the_catalogue_whatever_its_size() -> None:
    for item_count in (1, 2, 7, 33, 500):
        categories = ("tea",) if item_count < 4 else ("tea", "coffee", "bread", "soap")
        bundle = small_bundle(item_count=item_count, categories=categories, factors=4)
        model = prepared(bundle, least_recall=0.95, load_time=NOON)
        queries = canary_queries(bundle.item_factors, model.generator.fold_in)
        assert len(queries) >= 2
        assert np.isfinite(queries).all()
        assert model.index_recall == 1.0


def test_the_generator_of_an_assortment_proposes_only_what_is_available(model: Model) -> None:
    assortment = Assortment.of(model).with_items([stored("tea-0"), stored("tea-4", stock=0.0)])
    assert assortment.placement is not None
    generator = assortment.placement.generator
    assert generator.generate(empty_history(), Moment()).item_ids == ["tea-0"]
