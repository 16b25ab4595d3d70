"""The migrations and the models say the same, and every promise of the database is kept by name."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import asyncpg
import pytest
from aerich.migrate import Migrate
from aerich.utils import decompress_dict, get_models_describe, import_py_module
from tortoise import Model, Tortoise

from db.config import MIGRATIONS, Database, _aerich, migrate
from db.embedded import EmbeddedServer

WITHOUT_A_MODEL: Final = {
    "aerich": "what was applied",
    "cart_line": "a key of two columns",
    "discount_redemption": "written, counted and deleted, and never read as a thing",
    "fulfillment_line": "a key of two columns",
    "idempotency": "a key of two columns",
    "product_category": "a key of two columns",
    "rate_bucket": "written by statements only, many rows at a time",
    "refund_line": "a key of two columns",
}
"""Tables that are reached by statements only, with the reason."""

WITHOUT_A_FOREIGN_KEY: Final = {
    "audit_event.actor_id": "a user, a guest or a key; kept when they are gone",
    "order_event.actor_id": "the same",
    "refund.actor_id": "the same",
    "stock_movement.actor_id": "the same",
    "discount_redemption.cart_id": "the cart is deleted when the order is placed",
    "orders.cart_id": "the same",
}
"""Ids of rows that may be gone, with the reason."""

INVARIANTS: Final = {
    "address": {"one_default_address_per_user"},
    "audit_event": {"history_is_append_only", "history_is_kept_for_two_years"},
    "cart": {"a_cart_has_one_owner"},
    "cart_line": {"one_line_per_variant", "a_line_has_1_to_999_units"},
    "category": {"one_category_per_slug", "a_category_is_not_its_own_parent"},
    "discount": {
        "one_discount_per_code",
        "a_code_is_in_upper_case",
        "a_discount_has_the_value_of_its_kind",
        "a_discount_is_used_no_more_often_than_it_may_be",
        "what_a_used_code_stands_for_never_changes",
    },
    "discount_redemption": {"an_order_holds_one_discount"},
    "event": {"every_event_has_one_place_in_the_order"},
    "gateway_event": {"a_gateway_tells_a_thing_once"},
    "idempotency": {"a_key_is_claimed_once", "a_key_has_1_to_255_characters"},
    "order_event": {"history_is_append_only"},
    "order_line": {
        "a_line_is_price_times_quantity",
        "fulfill_and_give_back_only_what_was_bought",
        "ship_only_what_was_packed",
        "what_was_bought_never_changes",
    },
    "orders": {
        "one_order_per_number",
        "one_pending_order_per_cart",
        "the_total_is_the_sum_of_its_parts",
    },
    "payment": {"one_live_payment_per_order", "give_back_only_what_was_taken"},
    "payment_operation": {"one_open_money_move_per_payment", "answers_only_move_forward"},
    "product": {"one_product_per_slug", "a_published_product_has_its_time"},
    "refund": {"a_refund_gives_something_back"},
    "shop": {
        "there_is_one_shop",
        "the_shop_is_the_only_one",
        "currency_and_price_basis_are_fixed",
    },
    "stock": {"promise_only_what_we_have"},
    "stock_movement": {"history_is_append_only"},
    "tax_rate": {"one_rate_per_place_and_class", "a_rate_is_0_to_100_percent"},
    "users": {"one_user_per_email"},
    "variant": {
        "one_variant_per_sku",
        "a_price_is_within_bounds",
        "every_variant_has_a_stock",
    },
}
"""What the database itself never lets be false: by table, constraints, unique indexes, triggers."""

APPEND_ONLY: Final = ("audit_event", "order_event", "stock_movement")


def models() -> Iterator[type[Model]]:
    apps = Tortoise.apps
    assert apps is not None
    for name, model in apps["tradepost"].items():
        if name != "Aerich":
            yield model


def columns_of(model: type[Model]) -> dict[str, Any]:
    """Name the columns that a model claims, with the fields that claim them."""
    meta = model._meta
    return {column: meta.fields_map[name] for name, column in meta.fields_db_projection.items()}


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.url)
    yield connection
    await connection.close()


_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
 WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
"""


class TestModels:
    async def test_every_table_has_a_model_or_a_reason_to_have_none(self, connection: Any) -> None:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        modeled = {model._meta.db_table for model in models()}
        assert {row[0] for row in rows} == modeled | WITHOUT_A_MODEL.keys()
        assert modeled.isdisjoint(WITHOUT_A_MODEL)

    async def test_every_column_is_what_its_model_says(self, connection: Any) -> None:
        for model in models():
            table, claimed = model._meta.db_table, columns_of(model)
            types = ", ".join(
                f'"{column}" {field.get_for_dialect("postgres", "SQL_TYPE")}'
                f"{'' if field.null else ' NOT NULL'}"
                for column, field in claimed.items()
            )
            await connection.execute(f"CREATE TEMP TABLE claimed ({types})")
            said = {tuple(row) for row in await connection.fetch(_COLUMNS, "pg_temp.claimed")}
            made = {tuple(row) for row in await connection.fetch(_COLUMNS, f"public.{table}")}
            await connection.execute("DROP TABLE pg_temp.claimed")
            assert made - said == said - made == set(), f"{table}: {made ^ said}"

    async def test_every_key_is_what_its_model_says(self, connection: Any) -> None:
        for model in models():
            table = model._meta.db_table
            unique = await connection.fetch(
                "SELECT indisprimary, array(SELECT attname::text FROM pg_attribute"
                " WHERE attrelid = indrelid AND attnum = ANY(indkey)) AS columns"
                " FROM pg_index WHERE indrelid = $1::regclass AND indisunique AND indpred IS NULL"
                " AND indexprs IS NULL",
                table,
            )
            made = {(row["indisprimary"], *row["columns"]) for row in unique}
            assert (True, model._meta.db_pk_column) in made, table
            for column, field in columns_of(model).items():
                if field.unique and not field.pk:
                    assert (False, column) in made, f"{table}.{column} is not unique"

    async def test_every_id_of_another_row_is_a_foreign_key(self, connection: Any) -> None:
        rows = await connection.fetch(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name LIKE '%\\_id' AND data_type = 'uuid'"
        )
        keys = await connection.fetch(
            "SELECT conrelid::regclass || '.' || attname FROM pg_constraint JOIN pg_attribute"
            " ON attrelid = conrelid AND attnum = ANY(conkey) WHERE contype = 'f'"
        )
        assert {row[0] for row in rows} - {row[0] for row in keys} == WITHOUT_A_FOREIGN_KEY.keys()

    async def test_the_last_migration_knows_the_models_as_they_are(
        self, database: Database
    ) -> None:
        """Else ``aerich migrate`` would find differences that are none."""
        Migrate.migrate_location = MIGRATIONS / "tradepost"
        last = Migrate.get_last_version_module()
        assert last is not None
        known = decompress_dict(import_py_module(last).MODELS_STATE)
        now = get_models_describe("tradepost")
        known.pop("tradepost.Aerich", None)
        now.pop("tradepost.Aerich", None)
        assert known.keys() == now.keys()
        for name in now:
            assert known[name] == now[name], f"{name}: copy MODELS_STATE anew"


_ENFORCERS = """
SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND convalidated
 UNION
SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid
 WHERE indrelid = $1::regclass AND indisunique AND indisvalid
 UNION
SELECT tgname FROM pg_trigger WHERE tgrelid = $1::regclass AND tgenabled = 'O'
"""


class TestInvariants:
    @pytest.mark.parametrize("table", INVARIANTS)
    async def test_are_kept_by_the_database(self, connection: Any, table: str) -> None:
        made = {row[0] for row in await connection.fetch(_ENFORCERS, table)}
        assert INVARIANTS[table] - made == set()

    @pytest.mark.parametrize("table", APPEND_ONLY)
    async def test_history_is_not_the_applications_to_change(
        self, connection: Any, table: str
    ) -> None:
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            assert not await connection.fetchval(
                "SELECT has_table_privilege('tradepost_app', $1::text, $2)", table, privilege
            )

    async def test_only_hashes_of_tokens_have_a_column(self, connection: Any) -> None:
        columns = {row[0] for row in await connection.fetch(_COLUMNS, "session")}
        assert {column for column in columns if "token" in column} == set()
        assert {"access_hash", "refresh_hash"} <= columns

    async def test_a_price_has_no_currency_but_the_shops(self, connection: Any) -> None:
        for table in ("product", "variant", "shipping_method"):
            columns = {row[0] for row in await connection.fetch(_COLUMNS, table)}
            assert "currency" not in columns


_SCHEMA = """
SELECT 'column', attrelid::regclass::text || '.' || attname,
       format_type(atttypid, atttypmod) || attnotnull || coalesce(pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
 UNION ALL
SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace
 UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
 UNION ALL
SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
 UNION ALL
SELECT 'function', proname, pg_get_functiondef(pg_proc.oid) FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
       SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


@pytest.fixture
async def fresh_url(server: EmbeddedServer, worker_id: str) -> AsyncIterator[str]:
    """The URL of a database in which there is nothing yet."""
    name = f"migrations_{worker_id}"
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def schema_of(url: str) -> set[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return {tuple(row) for row in await connection.fetch(_SCHEMA)}
    finally:
        await connection.close()


class TestMigrate:
    async def test_goes_all_the_way_down_and_up_again(self, fresh_url: str) -> None:
        applied = await migrate(fresh_url)
        up = await schema_of(fresh_url)
        async with _aerich(fresh_url) as command:
            await command.downgrade(version=0, delete=False)
        down = await schema_of(fresh_url)

        assert applied
        assert {name for kind, name, _ in down if "aerich" not in name} == set()
        assert await migrate(fresh_url) == applied
        assert await schema_of(fresh_url) == up

    async def test_of_many_at_once_one_works_and_the_others_wait(self, fresh_url: str) -> None:
        results = await asyncio.gather(*(migrate(fresh_url) for _ in range(3)))
        assert sorted(map(bool, results)) == [False, False, True]
