"""The settings: what is wrong with them is told at once, in words, before anything starts."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from api.environment import FIELDS, load, read_dotenv
from api.faults import StartRefusedError
from api.running import hand_down
from api.settings import PREFIX, Settings, secret_variables
from api.settings_example import dotenv_example

ROOT = Path(__file__).parents[2]
_OF_ONES_OWN = {"TRADEPOST_DATA", "TRADEPOST_ENV", "TRADEPOST_TRUSTED_DOCUMENTS"}
STRONG = "k3yThatNobodyGuesses-0123456789-abcdef"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without any setting of ours but the folder."""
    for name in [*os.environ]:
        if name.startswith(PREFIX) or name in FIELDS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRADEPOST_DATA", str(tmp_path / "data"))


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Return what is said of these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StartRefusedError) as refused:
        load()
    return str(refused.value)


def set_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set each variable to its example."""
    for line in dotenv_example().splitlines():
        name, _, value = line.removeprefix("# ").partition("=")
        if name in FIELDS and name not in _OF_ONES_OWN:
            monkeypatch.setenv(name, value)


class TestDevelopment:
    def test_needs_nothing(self, tmp_path: Path) -> None:
        settings = load()
        assert (settings.port, settings.env, settings.demo) == (8000, "development", True)
        assert settings.gateways == ("fake", "manual")
        assert settings.database_url is None
        assert settings.data == tmp_path / "data"

    def test_makes_its_secret_once_and_keeps_it_to_itself(self, tmp_path: Path) -> None:
        first, second = load(), load()
        assert first.secret_key == second.secret_key
        assert len(first.secret_key) >= 32
        assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600

    def test_keeps_its_data_with_the_users_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TRADEPOST_DATA")
        monkeypatch.setenv("XDG_DATA_HOME", "/home/somebody/data")
        assert Settings().data == Path("/home/somebody/data/tradepost")

    def test_an_empty_variable_is_as_good_as_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "")
        assert load().port == 8000

    def test_the_command_line_goes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "8001")
        assert load(PORT=8002).port == 8002

    def test_the_environment_goes_before_a_dotenv_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / ".env").write_text("PORT=8001\nTRADEPOST_POOL_MAX=7\n# PORT=1\n")
        monkeypatch.setenv("PORT", "8003")
        monkeypatch.setenv("TRADEPOST_POOL_MAX", "")  # so that monkeypatch takes it away again
        monkeypatch.delenv("TRADEPOST_POOL_MAX")
        read_dotenv(tmp_path)
        settings = load()
        assert (settings.port, settings.pool_max) == (8003, 7)


class TestSecretFiles:
    def test_a_secret_may_come_from_a_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "key").write_text(f"{STRONG}\n")
        monkeypatch.setenv("TRADEPOST_SECRET_KEY_FILE", str(tmp_path / "key"))
        assert load().secret_key == STRONG

    def test_every_secret_has_that_twin(self) -> None:
        assert secret_variables() == [
            "DATABASE_URL",
            "TRADEPOST_SECRET_KEY",
            "TRADEPOST_STRIPE_SECRET_KEY",
            "TRADEPOST_STRIPE_WEBHOOK_SECRET",
        ]

    def test_a_missing_file_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = refusal(monkeypatch, TRADEPOST_SECRET_KEY_FILE="/run/secrets/none")
        assert "TRADEPOST_SECRET_KEY_FILE" in said
        assert "/run/secrets/none cannot be read: No such file" in said

    def test_both_at_once_are_one_too_many(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "key").write_text(STRONG)
        said = refusal(
            monkeypatch,
            TRADEPOST_SECRET_KEY=STRONG,
            TRADEPOST_SECRET_KEY_FILE=str(tmp_path / "key"),
        )
        assert "TRADEPOST_SECRET_KEY is set, and so is TRADEPOST_SECRET_KEY_FILE" in said


class TestFaults:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("PORT", "80a", "PORT is '80a'; expected a whole number from 1 to 65535."),
            ("PORT", "70000", "PORT is '70000'; expected a whole number from 1 to 65535."),
            ("LOG_LEVEL", "loud", "expected one of critical, error, warning, info, debug."),
            ("WEB_CONCURRENCY", "0", "expected a whole number from 1 to 64."),
            ("FORWARDED_ALLOW_IPS", "proxy", "expected IP addresses or networks"),
            ("TRADEPOST_ENV", "staging", "expected one of development, production."),
            ("TRADEPOST_WORKER", "maybe", "expected true or false."),
            ("TRADEPOST_EXPIRY_SECONDS", "0", "expected a number above 0 and up to 600."),
            ("TRADEPOST_CORS_ORIGINS", "https://a.b/c", "expected origins like https://"),
            ("TRADEPOST_GATEWAYS", "paypal", "expected some of fake, manual, stripe"),
            ("TRADEPOST_POOL_MIN", "11", "is 11, more than TRADEPOST_POOL_MAX, 10."),
            ("TRADEPOST_GUEST_POINTS", "1999", "is 1999, less than TRADEPOST_QUERY_POINTS, 2000."),
            ("TRADEPOST_SECRET_KEY", "hunter2", "is 7 characters long; expected at least 32."),
            ("TRADEPOST_SECRET_KEY", "ab" * 20, "has only 2 different characters"),
            ("DATABASE_URL", "mysql://h/d", "expected postgresql://USER:PASSWORD@HOST:PORT"),
            ("DATABASE_URL", "postgresql://u@h:port/d", "expected postgresql://"),
            ("DATABASE_URL", "postgresql://u:p@h", "expected postgresql://"),
            ("TRADEPOST_DATA", "/proc/none", "is '/proc/none', and this folder cannot be used"),
        ],
    )
    def test_one_names_what_is_expected(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
    ) -> None:
        told = refusal(monkeypatch, **{name: value})
        assert told.startswith(f"Tradepost cannot start: one thing is wrong.\n  {name} ")
        assert said in told

    def test_one_offers_no_default_that_depends_on_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = refusal(monkeypatch, TRADEPOST_GATEWAYS="paypal")
        assert told.rstrip().endswith("Set it like TRADEPOST_GATEWAYS=manual.")

    def test_all_are_told_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = refusal(
            monkeypatch,
            PORT="x",
            LOG_LEVEL="y",
            TRADEPOST_POOL_MAX="z",
            TRADEPOST_SECRET_KEY="short",
            TRADEPOST_COLOR="red",
        )
        assert "5 things are wrong" in told
        for name in ("PORT", "LOG_LEVEL", "POOL_MAX", "SECRET_KEY", "TRADEPOST_COLOR"):
            assert name in told

    def test_an_unknown_one_is_taken_for_what_it_may_have_meant(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = refusal(monkeypatch, TRADEPOST_RESERVATION_MINUTE="10", TRADEPOST_DATABSE_URL="x")
        assert "RESERVATION_MINUTE is not a setting.\n      Did you mean TRADEPOST_RES" in told
        assert "Did you mean DATABASE_URL?" in told

    def test_a_secret_is_never_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = refusal(
            monkeypatch, DATABASE_URL="mysql://u:swordfish@h/d", TRADEPOST_SECRET_KEY="swordfish"
        )
        assert "swordfish" not in told
        assert "mysql://u:***@h/d" in told

    def test_a_secret_is_not_in_the_settings_as_they_print(self) -> None:
        assert STRONG not in repr(Settings(secret_key=STRONG))


class TestProduction:
    def test_refuses_what_development_takes_for_granted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = refusal(monkeypatch, TRADEPOST_ENV="production")
        assert "DATABASE_URL is not set; production does not bring its own database." in told
        assert "TRADEPOST_SECRET_KEY is not set; production has no default secrets." in told

    def test_refuses_the_demo_and_the_gateway_that_charges_nobody(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = refusal(
            monkeypatch,
            TRADEPOST_ENV="production",
            DATABASE_URL="postgresql://u:p@h/d",
            TRADEPOST_SECRET_KEY=STRONG,
            TRADEPOST_DEMO="true",
            TRADEPOST_GATEWAYS="manual,fake",
            TRADEPOST_CRASH_FILE="crash",
        )
        assert "3 things are wrong" in told
        assert "TRADEPOST_CRASH_FILE kills processes" in told
        assert "TRADEPOST_DEMO is true" in told
        assert "the fake gateway charges nobody" in told

    def test_is_content_with_a_database_and_a_secret(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("TRADEPOST_ENV", "production")
        monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
        monkeypatch.setenv("TRADEPOST_SECRET_KEY", STRONG)
        settings = load()
        assert not settings.demo
        assert settings.gateways == ("manual",)
        assert not (tmp_path / "data").exists()


class TestExample:
    def test_is_in_step_with_the_settings(self) -> None:
        assert (ROOT / ".env.example").read_text() == dotenv_example()

    def test_names_every_setting(self) -> None:
        lines = dotenv_example().splitlines()
        assert all(any(line.startswith(f"# {name}=") for line in lines) for name in FIELDS)

    def test_every_example_would_be_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_examples(monkeypatch)
        load()


class TestWhatIsHandedDown:
    """The processes of a running shop read their settings from the environment again."""

    def test_is_what_was_settled(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(os, "environ", os.environ.copy())
        set_examples(monkeypatch)
        documents = tmp_path / "documents.json"
        documents.write_bytes(orjson.dumps({sha256(b"{ a }").hexdigest(): "{ a }"}))
        hooks = tmp_path / "hooks"
        hooks.write_text("whsec_1,whsec_2")
        monkeypatch.setenv("TRADEPOST_TRUSTED_DOCUMENTS", str(documents))
        monkeypatch.setenv("TRADEPOST_STRIPE_SECRET_KEY", "sk_test_abc")
        monkeypatch.setenv("TRADEPOST_STRIPE_WEBHOOK_SECRET_FILE", str(hooks))
        settings = load(PORT=8123)
        hand_down(settings)
        assert load() == settings
        assert settings.trusted_documents
        assert len(settings.stripe_webhook_secret) == 2


class TestStripe:
    def test_is_offered_where_it_has_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRADEPOST_STRIPE_SECRET_KEY", "sk_test_abc")
        monkeypatch.setenv("TRADEPOST_STRIPE_WEBHOOK_SECRET", "whsec_1, whsec_2")
        settings = load()
        assert settings.gateways == ("fake", "manual", "stripe")
        secrets = [each.get_secret_value() for each in settings.stripe_webhook_secret]
        assert secrets == ["whsec_1", "whsec_2"]
        assert "sk_test_abc" not in repr(settings)
        assert "whsec_1" not in repr(settings)

    def test_is_not_offered_without_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = refusal(monkeypatch, TRADEPOST_GATEWAYS="manual,stripe")
        assert "TRADEPOST_STRIPE_SECRET_KEY is not set, and TRADEPOST_GATEWAYS names" in said

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("TRADEPOST_STRIPE_SECRET_KEY", "sk_live_abc"),
            ("TRADEPOST_STRIPE_SECRET_KEY", "rk_live_abc"),
            ("TRADEPOST_STRIPE_PUBLISHABLE_KEY", "pk_live_abc"),
        ],
    )
    def test_moves_no_real_money_in_development(
        self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
    ) -> None:
        said = refusal(monkeypatch, **{variable: value})
        assert f"{variable} is a live key, and this is development: it moves real money." in said
        assert value not in said

    def test_is_no_test_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = refusal(
            monkeypatch,
            TRADEPOST_ENV="production",
            TRADEPOST_STRIPE_SECRET_KEY="sk_test_abc",
            TRADEPOST_STRIPE_URL="http://127.0.0.1:1",
        )
        assert "TRADEPOST_STRIPE_SECRET_KEY is a test key, and this is production" in said
        assert "TRADEPOST_STRIPE_WEBHOOK_SECRET is not set" in said
        assert "TRADEPOST_STRIPE_URL is set: keys and cards would go there" in said

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("TRADEPOST_STRIPE_SECRET_KEY", "pk_test_abc"),
            ("TRADEPOST_STRIPE_WEBHOOK_SECRET", "whsec_1,sk_test_abc"),
        ],
    )
    def test_keys_are_not_mistaken_for_each_other_nor_shown(
        self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
    ) -> None:
        said = refusal(monkeypatch, **{variable: value})
        assert f"{variable} is 11 characters; expected" in said
        assert value not in said


def test_the_command_says_so_and_ends_with_2() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "api", "run"],
        cwd=ROOT,
        env={**os.environ, "PORT": "none", "TRADEPOST_ENV": "prod"},
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    assert ended.returncode == 2
    assert "2 things are wrong" in ended.stderr
    assert "Traceback" not in ended.stderr
