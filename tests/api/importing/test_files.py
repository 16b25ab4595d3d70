"""Reading tables: plain and packed, whole and damaged."""

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from api.importing.files import UnreadableFile, clean, open_table

TEXT = 'a,b\n1,"two\nlines"\n\n3,four\n'


def rows_of(path: Path) -> list[tuple[int, list[str] | None]]:
    with open_table(path) as table:
        return list(table.rows)


class TestOpenTable:
    @pytest.mark.parametrize(
        ("suffix", "pack"),
        [(".csv", bytes), (".csv.xz", lzma.compress), (".csv.gz", gzip.compress)],
    )
    def test_reads_rows_with_the_line_each_begins_at(
        self, tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]
    ) -> None:
        path = tmp_path / f"table{suffix}"
        path.write_bytes(pack(TEXT.encode()))
        assert rows_of(path) == [(2, ["1", "two\nlines"]), (5, ["3", "four"])]

    def test_ignores_a_byte_order_mark_and_the_other_system_s_line_ends(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "table.csv"
        path.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
        with open_table(path) as table:
            assert list(table.columns) == ["a", "b"]
            assert list(table.rows) == [(2, ["1", "2"])]

    def test_counts_up_to_the_size_of_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv.xz"
        path.write_bytes(lzma.compress(TEXT.encode() * 10_000))
        read: list[int] = []
        with open_table(path, read.append) as table:
            assert sum(1 for _ in table.rows) == 10_000 * 3 - 1
        assert sum(read) == path.stat().st_size

    def test_goes_on_after_a_row_that_is_no_csv(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        path.write_text(f"a,b\n{'x' * 2_000_000},2\n3,4\n")
        assert rows_of(path)[0] == (2, None)
        assert rows_of(path)[-1][1] == ["3", "4"]

    @pytest.mark.parametrize(
        ("name", "content", "complaint"),
        [
            ("none.csv", None, "cannot be read"),
            ("empty.csv", b"", "is empty"),
            ("cut.csv.xz", lzma.compress(TEXT.encode() * 1000)[:-40], "damaged or cut short"),
            ("not.csv.xz", b"a,b\n1,2\n", "damaged or cut short"),
            ("cut.csv.gz", gzip.compress(TEXT.encode() * 1000)[:-9], "damaged or cut short"),
        ],
    )
    def test_says_what_is_wrong_with_the_file(
        self, tmp_path: Path, name: str, content: bytes | None, complaint: str
    ) -> None:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UnreadableFile, match=complaint):
            rows_of(path)


def test_a_clean_cell_is_one_line_without_control_characters() -> None:
    assert clean(" RED\x00 \t SPOTTY\n\x7fBAG ") == "RED SPOTTY BAG"
