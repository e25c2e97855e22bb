"""A column of texts, few of them different, kept as codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One text per row; immutable.

    Attributes:
        names: the different texts; the first is the empty one.
        code_of: a text to its position in ``names``.
        codes: int32 [rows], positions in ``names``.
    """

    names: tuple[str, ...]
    code_of: dict[str, int]
    codes: NDArray[np.int32]

    @classmethod
    def empty(cls, row_count: int) -> "TextColumn":
        """Return a column of empty texts."""
        return cls(("",), {"": 0}, np.zeros(row_count, np.int32))

    def with_texts(
        self, rows: NDArray[np.int64], texts: Sequence[str], row_count: int
    ) -> "TextColumn":
        """Return the column grown to ``row_count`` rows, with ``texts`` at ``rows``."""
        names, code_of = self.names, self.code_of
        unseen = [text for text in dict.fromkeys(texts) if text not in code_of]
        if unseen:
            code_of = code_of | {text: len(names) + place for place, text in enumerate(unseen)}
            names = (*names, *unseen)
        codes = np.zeros(row_count, np.int32)
        codes[: len(self.codes)] = self.codes
        codes[rows] = [code_of[text] for text in texts]
        return TextColumn(names, code_of, codes)

    def is_any_of(self, texts: Iterable[str]) -> NDArray[np.bool_]:
        """Return whether each row holds one of ``texts``, bool [rows]."""
        wanted = np.zeros(len(self.names), np.bool_)
        wanted[[self.code_of[text] for text in texts if text in self.code_of]] = True
        return wanted[self.codes]

    def coded(self, rows: NDArray[np.int64]) -> tuple[list[str], list[int]]:
        """Return the texts that occur at ``rows``, and for each row its position among them."""
        codes = self.codes[rows]
        occurs = np.zeros(len(self.names), np.bool_)
        occurs[codes] = True
        used = np.flatnonzero(occurs)
        place = np.empty(len(self.names), np.int64)
        place[used] = np.arange(len(used))
        return [self.names[code] for code in used.tolist()], place[codes].tolist()
