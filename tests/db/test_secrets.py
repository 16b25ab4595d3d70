"""One secret, many keys: each for its purpose."""

import pytest

from db.secrets import CannotOpen, Keyring, Purpose

KEYS = Keyring("secret")


class TestSeal:
    def test_opens_for_the_same_use(self) -> None:
        assert KEYS.open(KEYS.seal(b"whsec_1", "webhook"), "webhook") == b"whsec_1"

    def test_is_never_the_same_twice(self) -> None:
        assert KEYS.seal(b"x", "webhook") != KEYS.seal(b"x", "webhook")

    def test_does_not_open_for_another_use(self) -> None:
        with pytest.raises(CannotOpen, match="another use"):
            KEYS.open(KEYS.seal(b"x", "webhook"), "gateway")

    def test_does_not_open_with_another_secret(self) -> None:
        with pytest.raises(CannotOpen, match="another secret"):
            Keyring("other").open(KEYS.seal(b"x", "webhook"), "webhook")

    def test_does_not_open_when_changed(self) -> None:
        sealed = KEYS.seal(b"x", "webhook")
        for broken in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:5], b""):
            with pytest.raises(CannotOpen):
                KEYS.open(broken, "webhook")


class TestKeys:
    def test_differ_by_purpose(self) -> None:
        assert len({KEYS.sign(purpose, b"x") for purpose in Purpose}) == len(Purpose)

    def test_are_the_same_for_the_same_secret(self) -> None:
        assert Keyring("secret").sign(Purpose.GUEST, b"x") == KEYS.sign(Purpose.GUEST, b"x")

    def test_stand_in_for_personal_values(self) -> None:
        assert KEYS.fingerprint("ada@example.com") == KEYS.fingerprint("ada@example.com")
        assert KEYS.fingerprint("ada@example.com") != KEYS.fingerprint("eve@example.com")
        assert KEYS.fingerprint(None) is None
