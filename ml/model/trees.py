"""Trees in LightGBM's text form, asked through its C interface.

``Booster.predict`` goes through a dozen Python functions and makes a predictor anew in every call;
beside a hundred rows of 120 trees that is a tenth of the time (docs/decisions/0031). The function
behind it is documented and stable; only where the library and the model's handle lie is taken from
LightGBM's Python package, whose version is locked.

Source: LightGBM, "C API", ``LGBM_BoosterPredictForMat``.
"""

import ctypes
import re
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

_FLOAT32 = 0
_NORMAL, _RAW_SCORE = 0, 1
_ROWS_LIE_TOGETHER = 1
_ALL = -1
"""C_API_DTYPE_FLOAT32, C_API_PREDICT_NORMAL and C_API_PREDICT_RAW_SCORE, is_row_major, and that
every iteration be used, as in ``LightGBM/c_api.h``."""

_SIZES = re.compile(r"^tree_sizes=(.*)\n", re.MULTILINE)
"""How long each tree is. Told so, the library reads them on several threads, and the error over one
that is malformed aborts the process; not told, it reads one after the other and says what is wrong.
"""

_END = "\nend of trees\n"
"""What follows the last tree. The library looks for a tree's fields beyond the end of a text that
stops inside it, and what it says then depends on what lies there.
"""

_PARAMETERS = b"num_threads=1"
"""Parallelism comes from processes."""

_LIBRARY = lightgbm.basic._LIB  # type: ignore[attr-defined]  # noqa: SLF001  # see above

_PREDICT = ctypes.CFUNCTYPE(
    ctypes.c_int,
    *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int32, ctypes.c_int32),
    *(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_char_p),
    *(ctypes.POINTER(ctypes.c_int64), ctypes.c_void_p),
)(("LGBM_BoosterPredictForMat", _LIBRARY))
"""A prototype of our own, so that LightGBM's stays as it is."""


class TreesError(Exception):
    """The text is no model, or the library refused to answer."""


class Trees:
    """A model of trees; many threads may ask at once."""

    __slots__ = ("_booster", "_handle")

    def __init__(self, text: str) -> None:
        """Load the trees.

        Raises:
            TreesError: when they cannot be read, or give a row more than one answer.
        """
        sizes = _SIZES.search(text)
        if sizes is None or _END not in text:
            raise TreesError("the text is cut off: it does not say how many trees it has, or end")
        try:
            self._booster: Any = lightgbm.Booster(model_str=_SIZES.sub("", text, count=1))
        except lightgbm.basic.LightGBMError as error:
            raise TreesError(str(error)) from error
        if len(sizes[1].split()) != self._booster.num_trees():
            raise TreesError("the text has fewer trees than it says")
        classes = self._booster.num_model_per_iteration()
        if classes != 1:  # the library would write so many answers a row, behind the array's end
            raise TreesError(f"the trees tell {classes} classes apart, not one from the rest")
        self._handle = self._booster._handle  # noqa: SLF001  # lives as long as the booster

    def __len__(self) -> int:
        """Return how many trees there are."""
        return int(self._booster.num_trees())

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that the trees were grown on, in the order of the columns."""
        return tuple(self._booster.feature_name())

    def probabilities(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the answer for each row of float32 [n, features], float32 [n], 0 to 1."""
        return self._ask(values, _NORMAL)

    def log_odds(
        self, values: NDArray[np.float32], *, first: int = 0, count: int = _ALL
    ) -> NDArray[np.float32]:
        """Return the answer for each row of float32 [n, features] before the logistic function.

        Args:
            values: float32 [n, features].
            first: the first tree that is asked, less than there are.
            count: how many are asked from it on, at least 1; all when -1. What all answer is the
                sum of what parts of them do.
        """
        return self._ask(values, _RAW_SCORE, first=first, count=count)

    def contributions(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each feature adds to the log-odds, and a constant; [n, features + 1]."""
        return np.asarray(self._booster.predict(values, pred_contrib=True, num_threads=1))

    def _ask(
        self, values: NDArray[np.float32], kind: int, *, first: int = 0, count: int = _ALL
    ) -> NDArray[np.float32]:
        rows, columns = values.shape
        if rows == 0:
            return np.zeros(0, np.float32)
        values = np.ascontiguousarray(values, np.float32)
        found, written = np.empty(rows), ctypes.c_int64()
        failed = _PREDICT(
            *(self._handle, values.ctypes.data, _FLOAT32, rows, columns, _ROWS_LIE_TOGETHER),
            *(kind, first, count, _PARAMETERS, written, found.ctypes.data),
        )
        if failed or written.value != rows:
            raise TreesError(f"the trees do not answer for {columns} features")
        return found.astype(np.float32)
