"""What was costly to make is kept, as much as fits."""

from api.shelf import Shelf


def filled(*keys: str, room: int = 9) -> Shelf[str]:
    shelf: Shelf[str] = Shelf(room)
    for key in keys:
        shelf.put(key, key.upper(), 1)
    return shelf


def test_what_is_kept_is_found() -> None:
    assert filled("a").get("a") == "A"
    assert filled("a").get("b") is None


def test_what_is_new_has_a_third_of_the_room() -> None:
    shelf = filled("a", "b", "c", "d")
    assert shelf.get("a") is None
    assert [shelf.get(key) for key in "bcd"] == ["B", "C", "D"]


def test_what_was_asked_for_again_is_pushed_out_by_nothing_that_is_new() -> None:
    shelf = filled("a")
    shelf.get("a")
    for number in range(100):
        shelf.put(str(number), "", 1)
    assert shelf.get("a") == "A"


def test_of_what_has_proved_itself_the_longest_unused_goes_back_to_the_new() -> None:
    shelf: Shelf[str] = Shelf(9)
    for key in "abcdefg":
        shelf.put(key, key.upper(), 1)
        shelf.get(key)
        shelf.get("a")
    assert len(shelf) == 7
    assert shelf.get("a") == "A"
    assert [shelf.get(key) for key in "bcdefg"] == ["B", "C", "D", "E", "F", "G"]


def test_room_is_counted_in_sizes() -> None:
    shelf: Shelf[str] = Shelf(9)
    shelf.put("large", "", 4)
    assert len(shelf) == 0
    shelf.put("a", "", 2)
    shelf.put("b", "", 2)
    assert len(shelf) == 1
    shelf.get("b")
    shelf.put("c", "", 3)
    assert len(shelf) == 2
