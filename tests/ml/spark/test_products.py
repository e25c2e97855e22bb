"""A product that is made in parts is the product."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from scipy import sparse

from ml.spark.products import purchases_of_part, whole_product
from ml.training.artefacts.purchases import Purchases, purchases_of
from tests.ml.shopping import checkered, dataset_of
from tests.ml.spark.conftest import Read


def baskets_twice(purchases: Purchases) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    return purchases.basket_items(), purchases.basket_items()


def test_rows_of_a_part_become_the_baskets_they_were_whatever_their_order() -> None:
    # customer 9: two baskets, the second with two items; customer 4: one basket
    rows = pa.table(
        {
            "customer": [9, 4, 9, 9],
            "sequence": [1, 0, 0, 1],
            "seconds": [80, 50, 70, 80],
            "item": [2, 1, 1, 0],
        }
    )

    found = purchases_of_part(rows, 3)

    assert found.basket_customers.tolist() == [0, 1, 1]
    assert found.basket_seconds.tolist() == [50, 70, 80]
    assert found.basket_items().toarray().tolist() == [[0, 1, 0], [0, 1, 0], [1, 0, 1]]
    assert found.customer_counts().toarray().tolist() == [[0, 1, 0], [1, 1, 1]]


@pytest.mark.parametrize("entries", [1_000, 7], ids=["in one block", "in blocks, the last short"])
def test_blocks_of_all_parts_add_up_to_the_product(histories: Read, entries: int) -> None:
    town = checkered()
    baskets = purchases_of(town).basket_items().toarray()

    found = whole_product(histories(town), baskets_twice, (20, 20), block_entries=entries)

    np.testing.assert_array_equal(found, baskets.T @ baskets)


def test_a_product_of_parts_without_lessons_is_nothing(histories: Read) -> None:
    from ml.spark.next_basket import next_items  # noqa: PLC0415  # needs Spark

    alone: Any = histories(dataset_of({"ann": [(0, ["tea"])]}))

    found = next_items(alone, np.ones(1, np.float32), 0)

    assert (found.rows == -1).all()
