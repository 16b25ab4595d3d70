"""Tables in text files: CSV, plain or packed, read row by row with the line each row began at."""

import csv
import gzip
import lzma
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, cast

Advance = Callable[[int], None]
"""Told how many more bytes of the file were read."""

_ROWS_PER_REPORT: Final = 4096
_LONGEST_CELL: Final = 1 << 20
_CONTROLS: Final = dict.fromkeys((*range(32), 127), " ")
_SPOILED: Final = "\ufffd"


class UnreadableFile(Exception):
    """The file cannot be read as what it is said to be. Nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Table:
    """The heading of a file and its rows, each with the number of the line it begins at.

    A row that is no CSV comes as None.
    """

    columns: Sequence[str]
    rows: Iterator[tuple[int, list[str] | None]]


@contextmanager
def open_table(path: Path, advance: Advance = lambda _: None) -> Iterator[Table]:
    """Open a CSV file, plain or packed as ``.xz`` or ``.gz``; ``advance`` counts up to its size.

    :raises UnreadableFile: there is no such file, it is damaged, or it is empty.
    """
    try:
        with (
            path.open("rb") as raw,
            _unpacked(path, raw) as data,
            TextIOWrapper(data, "utf-8-sig", errors="replace", newline="") as text,
        ):
            rows = _numbered(text)
            _, columns = next(rows, (0, None))
            if columns is None:
                raise UnreadableFile(f"{path} is empty: a heading and rows are expected.")
            yield Table([clean(column) for column in columns], _watched(rows, raw, advance))
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error
    except (lzma.LZMAError, EOFError) as error:
        raise UnreadableFile(f"{path} is damaged or cut short: {error}.") from error


def size_of(path: Path) -> int:
    """Tell how many bytes :func:`open_table` will count.

    :raises UnreadableFile: there is no such file.
    """
    try:
        return path.stat().st_size
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error


def clean(cell: str) -> str:
    r"""Make one line of a cell: no control characters, single spaces, none at the ends.

    >>> clean("  JUMBO  BAG\x00 ")
    'JUMBO BAG'
    """
    return " ".join(cell.translate(_CONTROLS).split())


def is_spoiled(cell: str) -> bool:
    """Tell whether some of a cell's bytes were not UTF-8."""
    return _SPOILED in cell


def _unpacked(path: Path, raw: BinaryIO) -> BinaryIO:
    packing = path.suffix.lower()
    if packing == ".xz":
        return cast("BinaryIO", lzma.LZMAFile(raw))
    if packing == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    return raw


def _numbered(text: TextIOWrapper) -> Iterator[tuple[int, list[str] | None]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(text)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except csv.Error:
            yield line, None
        except StopIteration:
            return


def _watched(
    rows: Iterator[tuple[int, list[str] | None]], raw: BinaryIO, advance: Advance
) -> Iterator[tuple[int, list[str] | None]]:
    seen = 0
    for count, row in enumerate(rows):
        if count % _ROWS_PER_REPORT == 0:
            at = raw.tell()
            advance(at - seen)
            seen = at
        if row[1] != []:
            yield row
    advance(raw.tell() - seen)
