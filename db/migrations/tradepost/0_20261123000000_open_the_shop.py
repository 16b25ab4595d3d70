"""Open the shop: every table, and every invariant as a constraint named as a sentence.

Written by hand: the generated form would lose defaults, checks and partial indexes.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS aerich (
            id serial PRIMARY KEY,
            version varchar(255) NOT NULL,
            app varchar(100) NOT NULL,
            content jsonb NOT NULL
        );
        CREATE EXTENSION IF NOT EXISTS pg_trgm;

        -- events -------------------------------------------------------------------------------
        CREATE TABLE event (
            id uuid PRIMARY KEY,
            topic varchar(40) NOT NULL,
            subject text NOT NULL,
            payload jsonb NOT NULL,
            occurred_at timestamptz NOT NULL,
            seq bigint,
            CONSTRAINT every_event_has_one_place_in_the_order UNIQUE (seq)
        );
        CREATE INDEX events_waiting_for_their_place ON event (id) WHERE seq IS NULL;

        CREATE TABLE audit_event (
            id uuid PRIMARY KEY,
            at timestamptz NOT NULL,
            actor_kind varchar(10) NOT NULL,
            actor_id uuid,
            actor_label text NOT NULL,
            action text NOT NULL,
            subject text,
            changes jsonb NOT NULL,
            request_id text NOT NULL,
            ip text
        );
        CREATE INDEX audit_events_by_subject ON audit_event (subject, id);
        CREATE INDEX audit_events_by_actor ON audit_event (actor_id, id);

        CREATE TABLE idempotency (
            scope text NOT NULL,
            key text NOT NULL,
            mutation text NOT NULL,
            args_hash bytea NOT NULL,
            outcome jsonb,
            created_at timestamptz NOT NULL,
            CONSTRAINT a_key_is_claimed_once PRIMARY KEY (scope, key),
            CONSTRAINT a_key_has_1_to_255_characters CHECK (length(key) BETWEEN 1 AND 255)
        );
        CREATE INDEX idempotency_by_age ON idempotency (created_at);

        -- shop ---------------------------------------------------------------------------------
        CREATE TABLE shop (
            id uuid PRIMARY KEY,
            is_only boolean NOT NULL DEFAULT true,
            name text NOT NULL,
            currency varchar(3) NOT NULL,
            prices_include_tax boolean NOT NULL,
            time_zone text NOT NULL,
            countries text[] NOT NULL,
            capture_policy varchar(12) NOT NULL DEFAULT 'ON_PLACEMENT',
            version int NOT NULL DEFAULT 1,
            CONSTRAINT there_is_one_shop UNIQUE (is_only),
            CONSTRAINT the_shop_is_the_only_one CHECK (is_only)
        );
        CREATE FUNCTION currency_and_price_basis_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'currency and price basis of a shop never change'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER currency_and_price_basis_are_fixed BEFORE UPDATE ON shop FOR EACH ROW
            WHEN (OLD.currency <> NEW.currency OR OLD.prices_include_tax <> NEW.prices_include_tax)
            EXECUTE FUNCTION currency_and_price_basis_are_fixed();

        CREATE TABLE tax_rate (
            id uuid PRIMARY KEY,
            name text NOT NULL,
            country_code varchar(2) NOT NULL,
            region text,
            tax_class text NOT NULL,
            rate int NOT NULL,
            CONSTRAINT a_rate_is_0_to_100_percent CHECK (rate BETWEEN 0 AND 1000000),
            CONSTRAINT one_rate_per_place_and_class
                UNIQUE NULLS NOT DISTINCT (country_code, region, tax_class)
        );

        CREATE TABLE shipping_method (
            id uuid PRIMARY KEY,
            name text NOT NULL,
            price bigint NOT NULL,
            free_from bigint,
            countries text[] NOT NULL,
            tax_class text NOT NULL DEFAULT 'standard',
            active boolean NOT NULL DEFAULT true,
            version int NOT NULL DEFAULT 1,
            CONSTRAINT shipping_is_never_negative CHECK (price >= 0 AND free_from >= 0)
        );

        -- users --------------------------------------------------------------------------------
        CREATE TABLE users (
            id uuid PRIMARY KEY,
            email text,
            email_verified boolean NOT NULL DEFAULT false,
            password_hash text,
            name text,
            phone text,
            status varchar(8) NOT NULL DEFAULT 'ACTIVE',
            role varchar(11) NOT NULL DEFAULT 'CUSTOMER',
            version int NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            CONSTRAINT only_the_erased_have_no_email CHECK (email IS NOT NULL OR status = 'ERASED')
        );
        CREATE UNIQUE INDEX one_user_per_email ON users (lower(email));
        CREATE INDEX staff_by_role ON users (role) WHERE role <> 'CUSTOMER';

        CREATE TABLE session (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            family uuid NOT NULL,
            access_hash bytea NOT NULL,
            access_expires_at timestamptz NOT NULL,
            refresh_hash bytea NOT NULL,
            refresh_expires_at timestamptz NOT NULL,
            replaced_at timestamptz,
            created_at timestamptz NOT NULL,
            ip text,
            user_agent text,
            CONSTRAINT one_session_per_access_token UNIQUE (access_hash),
            CONSTRAINT one_session_per_refresh_token UNIQUE (refresh_hash)
        );
        CREATE INDEX sessions_by_user ON session (user_id);
        CREATE INDEX sessions_by_family ON session (family);
        CREATE INDEX sessions_by_end ON session (refresh_expires_at);

        CREATE TABLE guest (
            id uuid PRIMARY KEY,
            created_at timestamptz NOT NULL,
            revoked_at timestamptz
        );

        CREATE TABLE address (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            name text NOT NULL,
            company text,
            line1 text NOT NULL,
            line2 text,
            city text NOT NULL,
            region text,
            postal_code text,
            country_code varchar(2) NOT NULL,
            phone text,
            is_default boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX addresses_by_user ON address (user_id, id);
        CREATE UNIQUE INDEX one_default_address_per_user ON address (user_id) WHERE is_default;

        -- catalog ------------------------------------------------------------------------------
        CREATE TABLE product (
            id uuid PRIMARY KEY,
            slug text NOT NULL,
            title text NOT NULL,
            description text NOT NULL DEFAULT '',
            status varchar(9) NOT NULL DEFAULT 'DRAFT',
            published_at timestamptz,
            media jsonb NOT NULL DEFAULT '[]',
            attributes jsonb NOT NULL DEFAULT '[]',
            price_min bigint NOT NULL,
            price_max bigint NOT NULL,
            search tsvector,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            version int NOT NULL DEFAULT 1,
            CONSTRAINT one_product_per_slug UNIQUE (slug),
            CONSTRAINT a_published_product_has_its_time
                CHECK (status <> 'PUBLISHED' OR published_at IS NOT NULL),
            CONSTRAINT product_prices_are_in_order CHECK (0 <= price_min AND price_min <= price_max)
        );
        CREATE INDEX products_by_words ON product USING gin (search);
        CREATE INDEX products_by_likeness ON product USING gin (title gin_trgm_ops);
        CREATE INDEX products_by_newest ON product (published_at DESC, id DESC) WHERE status = 'PUBLISHED';
        CREATE INDEX products_by_price ON product (price_min, id) WHERE status = 'PUBLISHED';
        CREATE INDEX products_by_highest_price ON product (price_max DESC, id DESC) WHERE status = 'PUBLISHED';
        CREATE INDEX products_by_title ON product (title, id) WHERE status = 'PUBLISHED';

        CREATE TABLE variant (
            id uuid PRIMARY KEY,
            product_id uuid NOT NULL REFERENCES product,
            sku text NOT NULL,
            title text NOT NULL,
            options jsonb NOT NULL DEFAULT '[]',
            price bigint NOT NULL,
            compare_at_price bigint,
            tax_class text NOT NULL DEFAULT 'standard',
            weight_grams int,
            active boolean NOT NULL DEFAULT true,
            track_stock boolean NOT NULL DEFAULT true,
            low_at int,
            position int NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL,
            version int NOT NULL DEFAULT 1,
            CONSTRAINT one_variant_per_sku UNIQUE (sku),
            CONSTRAINT a_price_is_never_negative CHECK (price >= 0 AND compare_at_price >= 0),
            CONSTRAINT a_weight_is_never_negative CHECK (weight_grams >= 0)
        );
        CREATE INDEX variants_by_product ON variant (product_id, position, id);
        CREATE INDEX variants_by_sku_likeness ON variant USING gin (sku gin_trgm_ops);

        CREATE TABLE category (
            id uuid PRIMARY KEY,
            slug text NOT NULL,
            title text NOT NULL,
            parent_id uuid REFERENCES category,
            position int NOT NULL DEFAULT 0,
            version int NOT NULL DEFAULT 1,
            CONSTRAINT one_category_per_slug UNIQUE (slug),
            CONSTRAINT a_category_is_not_its_own_parent CHECK (parent_id <> id)
        );
        CREATE INDEX categories_by_parent ON category (parent_id, position, id);

        CREATE TABLE product_category (
            product_id uuid NOT NULL REFERENCES product ON DELETE CASCADE,
            category_id uuid NOT NULL REFERENCES category ON DELETE CASCADE,
            CONSTRAINT a_product_is_in_a_category_once PRIMARY KEY (product_id, category_id)
        );
        CREATE INDEX products_by_category ON product_category (category_id, product_id);

        -- stock --------------------------------------------------------------------------------
        CREATE TABLE stock (
            variant_id uuid PRIMARY KEY REFERENCES variant ON DELETE CASCADE,
            on_hand int NOT NULL DEFAULT 0,
            reserved int NOT NULL DEFAULT 0,
            updated_at timestamptz NOT NULL,
            CONSTRAINT promise_only_what_we_have CHECK (0 <= reserved AND reserved <= on_hand)
        );
        CREATE FUNCTION every_variant_has_a_stock() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO stock (variant_id, updated_at) VALUES (NEW.id, NEW.created_at);
            RETURN NULL;
        END $$;
        CREATE TRIGGER every_variant_has_a_stock AFTER INSERT ON variant FOR EACH ROW
            EXECUTE FUNCTION every_variant_has_a_stock();

        -- carts --------------------------------------------------------------------------------
        CREATE TABLE cart (
            id uuid PRIMARY KEY,
            user_id uuid REFERENCES users ON DELETE CASCADE,
            guest_id uuid REFERENCES guest ON DELETE CASCADE,
            email text,
            shipping_address jsonb,
            billing_address jsonb,
            shipping_method_id uuid REFERENCES shipping_method,
            discount_code text,
            note text,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            CONSTRAINT a_cart_has_one_owner CHECK (num_nonnulls(user_id, guest_id) = 1)
        );
        CREATE INDEX carts_by_user ON cart (user_id, updated_at DESC) WHERE user_id IS NOT NULL;
        CREATE INDEX carts_by_guest ON cart (guest_id) WHERE guest_id IS NOT NULL;
        CREATE INDEX carts_by_end ON cart (expires_at);

        CREATE TABLE cart_line (
            cart_id uuid NOT NULL REFERENCES cart ON DELETE CASCADE,
            variant_id uuid NOT NULL REFERENCES variant,
            quantity int NOT NULL,
            position int NOT NULL,
            CONSTRAINT one_line_per_variant PRIMARY KEY (cart_id, variant_id),
            CONSTRAINT a_line_has_1_to_999_units CHECK (quantity BETWEEN 1 AND 999)
        );

        -- orders -------------------------------------------------------------------------------
        CREATE SEQUENCE order_number START 1001;
        CREATE TABLE orders (
            id uuid PRIMARY KEY,
            number text NOT NULL,
            status varchar(9) NOT NULL,
            user_id uuid REFERENCES users,
            guest_id uuid REFERENCES guest,
            cart_id uuid,
            currency varchar(3) NOT NULL,
            prices_include_tax boolean NOT NULL,
            subtotal bigint NOT NULL,
            discount bigint NOT NULL DEFAULT 0,
            shipping bigint NOT NULL DEFAULT 0,
            shipping_tax bigint NOT NULL DEFAULT 0,
            tax bigint NOT NULL DEFAULT 0,
            total bigint NOT NULL,
            tax_lines jsonb NOT NULL DEFAULT '[]',
            shipping_method_name text,
            discount_code text,
            expires_at timestamptz,
            created_at timestamptz NOT NULL,
            placed_at timestamptz,
            completed_at timestamptz,
            cancelled_at timestamptz,
            cancel_reason varchar(12),
            updated_at timestamptz NOT NULL,
            version int NOT NULL DEFAULT 1,
            CONSTRAINT one_order_per_number UNIQUE (number),
            CONSTRAINT the_total_is_the_sum_of_its_parts CHECK (
                total = subtotal - discount + shipping
                        + CASE WHEN prices_include_tax THEN 0 ELSE tax END
            ),
            CONSTRAINT amounts_are_never_negative CHECK (
                subtotal >= 0 AND discount BETWEEN 0 AND subtotal
                AND shipping >= 0 AND shipping_tax >= 0 AND tax >= shipping_tax
            ),
            CONSTRAINT a_pending_order_has_an_end CHECK (status <> 'PENDING' OR expires_at IS NOT NULL),
            CONSTRAINT a_placed_order_has_its_time
                CHECK (status NOT IN ('PLACED', 'COMPLETED') OR placed_at IS NOT NULL)
        );
        CREATE UNIQUE INDEX one_pending_order_per_cart ON orders (cart_id)
            WHERE status = 'PENDING' AND cart_id IS NOT NULL;
        CREATE INDEX orders_by_end ON orders (expires_at) WHERE status = 'PENDING';
        CREATE INDEX orders_of_a_user ON orders (user_id, (coalesce(placed_at, created_at)) DESC, id DESC)
            WHERE user_id IS NOT NULL;
        CREATE INDEX orders_of_a_guest ON orders (guest_id) WHERE guest_id IS NOT NULL;
        CREATE INDEX orders_by_newest ON orders ((coalesce(placed_at, created_at)) DESC, id DESC);
        CREATE INDEX orders_by_status ON orders (status, (coalesce(placed_at, created_at)) DESC, id DESC);

        CREATE TABLE order_private (
            order_id uuid PRIMARY KEY REFERENCES orders,
            email text,
            shipping_address jsonb,
            billing_address jsonb,
            note text,
            erase_after timestamptz
        );
        CREATE INDEX order_private_by_email ON order_private USING gin (email gin_trgm_ops);

        CREATE TABLE order_line (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders,
            position int NOT NULL,
            variant_id uuid REFERENCES variant,
            track_stock boolean NOT NULL DEFAULT true,
            sku text NOT NULL,
            title text NOT NULL,
            options jsonb NOT NULL DEFAULT '[]',
            quantity int NOT NULL,
            fulfilled int NOT NULL DEFAULT 0,
            shipped int NOT NULL DEFAULT 0,
            refunded int NOT NULL DEFAULT 0,
            refunded_unshipped int NOT NULL DEFAULT 0,
            unit_price bigint NOT NULL,
            subtotal bigint NOT NULL,
            discount bigint NOT NULL DEFAULT 0,
            tax_name text NOT NULL DEFAULT '',
            tax_rate int NOT NULL DEFAULT 0,
            tax bigint NOT NULL DEFAULT 0,
            total bigint NOT NULL,
            CONSTRAINT an_order_line_has_units CHECK (quantity >= 1),
            CONSTRAINT ship_only_what_was_packed CHECK (0 <= shipped AND shipped <= fulfilled),
            CONSTRAINT fulfill_and_give_back_only_what_was_bought CHECK (
                0 <= refunded_unshipped AND refunded_unshipped <= refunded AND refunded <= quantity
                AND refunded_unshipped + fulfilled <= quantity
            ),
            CONSTRAINT a_line_is_price_times_quantity CHECK (subtotal = unit_price * quantity),
            CONSTRAINT line_amounts_are_never_negative CHECK (
                unit_price >= 0 AND discount BETWEEN 0 AND subtotal AND tax >= 0 AND total >= 0
            )
        );
        CREATE INDEX order_lines_by_order ON order_line (order_id, position);
        CREATE INDEX order_lines_by_variant ON order_line (variant_id);
        CREATE INDEX order_lines_by_sku ON order_line (sku);

        CREATE TABLE order_event (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders,
            kind varchar(21) NOT NULL,
            visibility varchar(8) NOT NULL,
            message text NOT NULL,
            actor_kind varchar(10) NOT NULL,
            actor_id uuid,
            actor_label text NOT NULL,
            data jsonb,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX order_events_by_order ON order_event (order_id, id);

        CREATE TABLE stock_movement (
            id uuid PRIMARY KEY,
            variant_id uuid NOT NULL REFERENCES variant,
            kind varchar(7) NOT NULL,
            reason varchar(10),
            on_hand_delta int NOT NULL,
            reserved_delta int NOT NULL,
            on_hand int NOT NULL,
            reserved int NOT NULL,
            order_id uuid REFERENCES orders,
            note text,
            actor_kind varchar(10) NOT NULL,
            actor_id uuid,
            actor_label text NOT NULL,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX stock_movements_by_variant ON stock_movement (variant_id, id DESC);

        -- payments -----------------------------------------------------------------------------
        CREATE TABLE payment (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders,
            gateway text NOT NULL,
            status varchar(15) NOT NULL,
            currency varchar(3) NOT NULL,
            amount bigint NOT NULL,
            captured bigint NOT NULL DEFAULT 0,
            refund_held bigint NOT NULL DEFAULT 0,
            capture_at_once boolean NOT NULL,
            next_action jsonb,
            failure_code text,
            failure_message text,
            reference text,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT give_back_only_what_was_taken CHECK (
                0 <= refund_held AND refund_held <= captured AND captured <= amount
            )
        );
        CREATE UNIQUE INDEX one_live_payment_per_order ON payment (order_id)
            WHERE status IN ('PROCESSING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED');
        CREATE INDEX payments_by_order ON payment (order_id, id);
        CREATE INDEX payments_by_reference ON payment (gateway, reference) WHERE reference IS NOT NULL;

        CREATE TABLE payment_operation (
            id uuid PRIMARY KEY,
            payment_id uuid NOT NULL REFERENCES payment,
            kind varchar(9) NOT NULL,
            amount bigint NOT NULL,
            status varchar(9) NOT NULL DEFAULT 'REQUESTED',
            reference text,
            sealed_token bytea,
            return_url text,
            created_at timestamptz NOT NULL,
            settled_at timestamptz,
            CONSTRAINT an_operation_moves_an_amount CHECK (amount >= 0)
        );
        CREATE UNIQUE INDEX one_open_money_move_per_payment ON payment_operation (payment_id)
            WHERE status IN ('REQUESTED', 'UNKNOWN') AND kind <> 'REFUND';
        CREATE INDEX operations_by_payment ON payment_operation (payment_id, id);
        CREATE INDEX operations_without_an_answer ON payment_operation (created_at)
            WHERE status IN ('REQUESTED', 'UNKNOWN');
        CREATE FUNCTION answers_only_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            ladder text[] := CASE NEW.kind
                WHEN 'REFUND' THEN ARRAY['REQUESTED', 'UNKNOWN', 'SUCCEEDED', 'FAILED']
                ELSE ARRAY['REQUESTED', 'UNKNOWN', 'FAILED', 'SUCCEEDED'] END;
        BEGIN
            IF array_position(ladder, NEW.status::text) < array_position(ladder, OLD.status::text) THEN
                RAISE EXCEPTION 'an operation cannot go from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER answers_only_move_forward BEFORE UPDATE ON payment_operation FOR EACH ROW
            EXECUTE FUNCTION answers_only_move_forward();

        -- fulfillments and refunds -------------------------------------------------------------
        CREATE TABLE fulfillment (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders,
            status varchar(9) NOT NULL DEFAULT 'PACKING',
            tracking jsonb,
            created_at timestamptz NOT NULL,
            shipped_at timestamptz,
            delivered_at timestamptz,
            version int NOT NULL DEFAULT 1
        );
        CREATE INDEX fulfillments_by_order ON fulfillment (order_id, id);

        CREATE TABLE fulfillment_line (
            fulfillment_id uuid NOT NULL REFERENCES fulfillment,
            order_line_id uuid NOT NULL REFERENCES order_line,
            quantity int NOT NULL,
            CONSTRAINT a_parcel_holds_a_line_once PRIMARY KEY (fulfillment_id, order_line_id),
            CONSTRAINT a_parcel_line_has_units CHECK (quantity >= 1)
        );
        CREATE INDEX fulfillment_lines_by_order_line ON fulfillment_line (order_line_id);

        CREATE TABLE refund (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders,
            payment_id uuid NOT NULL REFERENCES payment,
            operation_id uuid REFERENCES payment_operation,
            amount bigint NOT NULL,
            status varchar(9) NOT NULL DEFAULT 'PENDING',
            reason varchar(13) NOT NULL,
            note text,
            actor_kind varchar(10) NOT NULL,
            actor_id uuid,
            actor_label text NOT NULL,
            created_at timestamptz NOT NULL,
            settled_at timestamptz,
            CONSTRAINT a_refund_gives_something_back CHECK (amount > 0)
        );
        CREATE INDEX refunds_by_order ON refund (order_id, id);
        CREATE INDEX refunds_by_payment ON refund (payment_id);
        CREATE INDEX refunds_by_operation ON refund (operation_id);

        CREATE TABLE refund_line (
            refund_id uuid NOT NULL REFERENCES refund,
            order_line_id uuid NOT NULL REFERENCES order_line,
            quantity int NOT NULL,
            restocked boolean NOT NULL DEFAULT false,
            CONSTRAINT a_refund_holds_a_line_once PRIMARY KEY (refund_id, order_line_id),
            CONSTRAINT a_refund_line_has_units CHECK (quantity >= 1)
        );
        CREATE INDEX refund_lines_by_order_line ON refund_line (order_line_id);

        -- what was bought, and history, never change -------------------------------------------
        CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON audit_event
            FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
        CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON order_event
            FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
        CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON stock_movement
            FOR EACH ROW EXECUTE FUNCTION history_is_append_only();

        CREATE FUNCTION what_was_bought_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the lines of an order never change'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER what_was_bought_never_changes BEFORE UPDATE ON order_line FOR EACH ROW
            WHEN ((OLD.order_id, OLD.sku, OLD.title, OLD.options, OLD.quantity, OLD.unit_price,
                   OLD.subtotal, OLD.discount, OLD.tax_rate, OLD.tax, OLD.total)
                  IS DISTINCT FROM
                  (NEW.order_id, NEW.sku, NEW.title, NEW.options, NEW.quantity, NEW.unit_price,
                   NEW.subtotal, NEW.discount, NEW.tax_rate, NEW.tax, NEW.total))
            EXECUTE FUNCTION what_was_bought_never_changes();

        -- least privilege, where this migration may create roles ---------------------------------
        DO $$
        BEGIN
            IF (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tradepost_app') THEN
                    CREATE ROLE tradepost_app NOLOGIN;
                END IF;
                GRANT USAGE ON SCHEMA public TO tradepost_app;
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tradepost_app;
                GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tradepost_app;
                REVOKE UPDATE, DELETE, TRUNCATE ON audit_event, order_event, stock_movement
                    FROM tradepost_app;
                REVOKE DELETE, TRUNCATE ON orders, order_line, payment, payment_operation, refund
                    FROM tradepost_app;
            END IF;
        EXCEPTION WHEN unique_violation OR duplicate_object THEN
            NULL;  -- another database of this server made the role at the same moment
        END $$;
    """


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE fulfillment_line;
        DROP TABLE refund_line;
        DROP TABLE refund;
        DROP TABLE fulfillment;
        DROP TABLE payment_operation;
        DROP TABLE payment;
        DROP TABLE stock_movement;
        DROP TABLE order_event;
        DROP TABLE order_line;
        DROP TABLE order_private;
        DROP TABLE orders;
        DROP TABLE cart_line;
        DROP TABLE cart;
        DROP TABLE stock;
        DROP TABLE product_category;
        DROP TABLE category;
        DROP TABLE variant;
        DROP TABLE product;
        DROP TABLE address;
        DROP TABLE guest;
        DROP TABLE session;
        DROP TABLE users;
        DROP TABLE shipping_method;
        DROP TABLE tax_rate;
        DROP TABLE shop;
        DROP TABLE idempotency;
        DROP TABLE audit_event;
        DROP TABLE event;
        DROP SEQUENCE order_number;
        DROP FUNCTION every_variant_has_a_stock;
        DROP FUNCTION currency_and_price_basis_are_fixed;
        DROP FUNCTION answers_only_move_forward;
        DROP FUNCTION history_is_append_only;
        DROP FUNCTION what_was_bought_never_changes;
    """


# What the models were when this was written, for `aerich migrate` to compare with.
MODELS_STATE = (
    "eJztXXlz27iS/yooVW0lU6Vx2U4ySfx2t4qWZUcTWfLqSCbz9IqGSFjimgI5PGxr5+W7Lw"
    "Ae4gGKh2SZkpE/QhpEQ9KvwUZfaPzdcCyoItOwnSPJVTWn/YCw0zgDfzcwXCByw+/QBA1o"
    "mrHHtM2BU50RQdpVRmHfqU36KXTgO6jbiDSpyFYszXQ0A1OC73MDKHOIZ0gFj3PoHFEy1V"
    "AInYZnmT1crP3lItkxZsiZI4v0++e/SLOGVfSE7OBP816+05Cuxn6XptIBWLvsLE3WNh53"
    "Li5ZT/rpU1kxdHeBV73NpTM3cNjddTX1iNLQZzOEkQUdpEZ+JHZ13YckaPK+MWlwLBeFX1"
    "VdNajoDro6harxn3cuVihCQJ0eaap9hNHjf/tfLdJNlnv9kTxsj2S5kUKWfoUElH6TYmDK"
    "FQ07FKi/f3rjrgBhrQ36Aa0v0uDtu99+YRAQVs8s9pDB1fjJCKEDPVIG+gpl6KRRviAoOd"
    "oC8ZH2KBJIqz7JUXBTBfGgYQX5ajIGYAZw7RbgUee6PRxJ1zd0+IVt/6UznKRRmz45Za3L"
    "ROtbjx8Gea+8dy4cBHzvjL4A+if4s99rJ7kW9hv92aDfCbqOIWPjUYZqFJOgOWgiXSNsVR"
    "zDku8Jkmn2tubQamN3wdjbIRBArKA0m2MjJNhNYKsPgxut8XDUv24PzkBwN8FXY4LhGWCX"
    "CSZwXl6eAXaZYOmmI39t/zgD/g3pTXj2XSIt/g2h+DEcta8JCbsmhR1/AjUW8EnWEZ45c/"
    "LnyfGaCfVNGrCX9uQ4MUl6/pNT9ugnh6nl5GKUZgPp6Mu+PXhVc2VhEk/yE5GehnSEnpx1"
    "kIZkdX41tiL72n+MYmIvmKJvr6U/fomJvm6/dxV0j0zpVrd/noaefsNyqPsUAvAKgNvu9H"
    "+RwlnssxGPkFSCfH9kxrMg7unCdhrx34f9Hh/xCElSv9IUB/wb6Jqnxx/OZKdgrIc+iXJC"
    "rtMBktBbiPxs2+EuldnzPU4lpEyFOa+ZZQD3egvZUgxnaijf3UeMONowhcr9I7RUOfXEOD"
    "Wy+qYfLU4XyRaI4YwBSX8x/X0rP8M6H0Qx90MJx0MfI+DMCfjkf+iAORmXTA21CR6h5tBm"
    "DZMnCBiuMzWegIsdTQca7WiTiw1MHSoo7GSpyAJvb29t9Nft7S9pJ8azf5pwiNTCCMh2iD"
    "iGqSl8o5kPdEhwECtG3IZ9X8SGfZ9tw75P2bAvoIfWDeJdL8omXOoG5AiPbEU0QiIU0Q0U"
    "UUNRXMtCqlzezZogFf7WWvtbyQqfZvC5NuvgLKHmESTYquEib1VS+c1fmJ9zwZjRr/Dr59"
    "PTd+8+nh6/++3Th/cfP374dPyJ9GVfN/3o4xrWn3euOr2EVKMNdVKAh3PNNAko10SHM+JK"
    "WmanPJXY9rvLi1X/XOVYInrpEjgGoNRHQFoYRCO1AbQQWGjYsIiCSrVS447po/bcMN/YgM"
    "kVrCybVE9lSqulEaV1Cm3NTmvEz/MRQg2uuRrMriWUtKC/0NCqaGj07Si3foQklVaQugG+"
    "u0UkCvudhZB8ZxmLctDHyLaygL9K9BW6kFgaz0MuWRZcZrjIo1QJ8A/PKKHi45//SgDnEA"
    "td0aHNAS5bPseIdiekGzS7QCU61wusfs8WuHzgyWrD0BHE2bHLB560nhKq54I+UEt2C/p5"
    "v9+NgX7eSaI6vj5vD96eMA6QTpqTISAekGVzg8SZkjlCsbtl8eR5pfLpyfuP7z+9++19KI"
    "zDlnUyuH4mk2E2sgwlwyxgHvmdcm2iEfW8Y88UOQIt3xIBRAxFrRBmwNxpTyxZEVEjBZBG"
    "jWZD6TpS03bQ9oYVtk/NbR/Nlg2sL0sK+QjVlqR8Ptp7L+OFmbnLjBRfaJWJbkVpDgL0eI"
    "DrXYH41rvM8Na7ZHSLrQS2rGFFd1Ui4uFTSSHCH2CHWuPLTPctShQaDJH/j6zUpayjKNFB"
    "TPOdyxZhzVez5hVoOq6FZNPQtSzRnJ+tnx5lhzZ+vyffdKVW+7rteX3K5O5Hac9A9K8Jvp"
    "Z6Y6l7BrxrUiMvlIN/WiQH/zQ7B/80KeGFUdo4HKN0BJ8GkC0kPLs0eNrMMU2pa80KOhYI"
    "2dG+NC620HSdNDpzG7w9+Qz+A/wXOPl8TP79Au4MC0DgScclIH9YaEZNKmptknbqx6MRt5"
    "lhqNyQ3XN8hDBba262Cltq5/rOksCpckBfY08l6A4C/PiiW2TNzV5yUyuuJ5fKTOwVhcgt"
    "Lz+z9ym8dECwBxpEQa0y6H5I4f8D0SolVSWLtp2hVQZP87RKGOlXaJMEUdYgcG1kvbGBDR"
    "8QUeO8IRBHRSxCIBQ+ofDVV2bsXuFbmBBzHDTZeEdIhCJSHnFdw+ikDN4hgZjgFeE+LQv3"
    "qZjcFcWJ5pSTJX5/MbWr6NbChNxtPrNB810yfCPZoCfIBPLCLVVft5Q5LxljDgnEvK5QWM"
    "IOf0MK8rysrAjhDhMpwpa9zaRQLEQxqbB3NU4ptq7Weusq9QCVLCoXIdmm16a+TM1x0qR8"
    "j3F009BeGhbSZvgrWqbSOhKArhyHY3+k/UR11bpazCz4GPoOo3OK/HwV6ciTSy1p2JIu2o"
    "2fL+bPvaJVoRp8b673rJnjy52FvYrU2UUPyAJzg3w7tqXWMe4R9srRaDZQkaVRVy3df0Yr"
    "1dhA4ySrVx5F+HxrIE6aa3y+YlF+FYuyhR7IC1uFzXHKLbB5jyyPfeByfeKUQ2TbHvjcXV"
    "n+07y1zY70KxSn9KcblcK0aARdl+wj0Mf6klZRmyNvD9U9Mp1/AEgGWmjkCVmh2OYrojT9"
    "qmF+PHNbA4s1sOZroMe6MkivKIS9ktrQrJA3WKZvCMe1omFoZeTuJwiTrpWl42X1Hw6o53"
    "7Rr3Bl+SYNzjs9afCD79k65xQJO/8xakt8DqAnUyO9Kiz53AGEgle7pT+u4N2R0eYV3rsk"
    "pXjxqr54AZLV3zz+COLVq/mrx6r0VjOuYqTCuqozn4Wr5FWwWdSc300Iljno4cwv3F4U7z"
    "iVwL0i7iI+J+JzIj7H92My4PlOzIAnaz2Y9JcV3GchAcW1HWOBLMC2zy7QYkrv/eK3Dry7"
    "423HLUYk/I41EBXNNX5HtIBaqZPiQgKx7pVf9xh48gOyNPKRnPm9Nu0rTSxSv0qkfpnQth"
    "8NIpv57qk1SY5JQjHzy8/8ne7reuVYizTeXaJNlB3H5WwsL1bkaEW9w+JGUmvU+dYuqagQ"
    "kfqtM2pfnAH/ZoK9cc6Ad53gi85QOu/SLsHdBLcH0pC2eNekIlkkyf1TgST3T5lJ7p9StR"
    "fIEluVWwHtDnkVHP9cllu8A6SH45ub/mB0BvybCW5JI6nbvyKdvJsJvhx3Lzvdrle7KvIH"
    "edLpSb0WYbd/Q/h/cd3pEfbTywT3v/fox7FLFT6fnBRg9MlJdmGrE1HYauslCITzeeNFZx"
    "+cz/XJ4GoRps8Ma9ngez/Cx80cD4gS7VjACTK1iMSfBx4Mx0KI5/XI6CXcHDV3c9i6Oyuj"
    "EQf9D2LP4K41YkdzeCrWulK1zq71qgOCm7wKmlNOzYmS7E7POd4TPUeojVuF04QWwvyD67"
    "MXuhjRBuvd/jgnqsf7PKzS6FaJ+EX1q72ENjfoF5tZNQv73ViG6ipZG/OCp3mqrxnpV0Dz"
    "9buDR82ZA+gAHUHbYTsIHqClQezwFOF8ogme4NtbVvxfXmjklpXhDVvgE23xNy8Ag+7so4"
    "dqesdKBYPY4C17AinD2eEzmH6EZk+w1/GXpj+qjaClzMmQ4UjUZW83g3PrCQrYhkqwk4Lu"
    "JFwCZQ7xTGjwtZFxQoOviUopNPidwh39miVAT5Dt0Cn9AqJDxG48oC8G0mXpEykY0Rlglw"
    "m+GZ93O8MvNCoT3k4wRbPzjTYGd1Wc+J8L+PA/Z7rwP6cqErlTXbPnlZzOSVqR2V43r3OU"
    "0wukajDN4t+H/R6fvSFBkq8aUUv/DZ7zqJ2IPjV1Nd3RsH1EP+8lVCoK0Hq5mBSBCebRAV"
    "Inwjrk+0xdh3f0UTZH4lSCLVtnS2hMpbmSe656QHZIxdV3fLp3aLlWgp977J2Avzj8nonP"
    "UZCH35DiGBlVIFdUh57cNPzWbo36A7YC24ZrkUkX9zyRse60yNiPSJvN2bh+g01QXP0mEf"
    "t/fVqYa6oV2RynFGyuNZtFhKtxOGezfPN85Q1+0CB42swJGjxE+hWo6OfV3DNdhzrYIVCg"
    "5RyBG3bSL/PqE23TsADhtmOHu4LmhvnGBsHpy8w1Tx9HjprnVf17xk8STv+6O/3v3VI+f6"
    "+78EELl3/d4TbYNyzlXomQCN/K8/hWKhj2wqjfyKhn50lZiJgNcgUO8KgrMaNmZv7L8GKf"
    "TsmkwTesEvX5BeTPsywInjNGnllwwcE/8w1Ikh3Q7N9aAqKXKsSRLOt2W6+IdrjLOlDi93"
    "aTNbUb72XbMZT7kngnKAXoxUHXqfOH47DLFBorAiEuOGEekU+/XUBF7KCSliGcyq/OqRw3"
    "SFmGddl9EzEqUSktZ+fEKlN+860TkfT8/cQ2f+tEbHLVbO/EkKmOGQc/BGrl+mMfwl6FDn"
    "2wjEdgIivYq9AECzKotyGCBiH8ZjBdsj+pj3sKbUQDEUjnlFTbzpAbhDT80UsKnDjVbkMc"
    "tRQ3zTXxDALNHGIOvplLZIRCKJbJJZIAj6wHXiG1TDyjJALQJKAi/aOKQNgLTX2jfIXUIp"
    "GeHmT5Ghnkv+L6UiQzYR+XhlxtKb4yFtCWtqIBXRsPaIEy00HifQppRPIi2j1/Q6lpIqz+"
    "amB9eQSG7mKBVOCaTaaxBCOxTA0Y6jM0jYPmZ7CP4+w23caIItej5rrRvcZTjIrtxApo65"
    "yK0JAufh8PR7RcGr1OcKs/pjXW2GWCB+1he0CL6fk3tKXbloashd1M8PBL5+YM0P9Z/1G/"
    "9ZX1pzfJt6bIZq11ykEQ0vqYuVnrY6qyHoI2z/9TsLZeSF3jRO3GoN1qe7vkgjufkbTJv5"
    "ngC+laumJ1EL2bCe72Kevp/5R1o/Gg543h3dExBmTAUaffo8ME9xPcH31hRfXopQqLT44L"
    "8PjkOLuo3nGSy75FQlczh7NhK8+SWdEdUtbE1k2a0vCmCQW+HHz3xALfI0T3xgjfI0yx4Z"
    "Srlu33r/HKWdvEG0j3jsmbaJ/xEWqtg/KqAl+N21Q3YReiY46ky0uiZNLLBEs3Hflr+wdR"
    "Wr0b0lsatb9LpMW/IRQ/hqP2NSFh13ooKR5LyhluURpRcYyHJ/mJqNRhIQmyOr8atZVPIn"
    "uiEiv2wScbU0wttfSZaFEaIbESRTxrFs3cW1DXpE9kBgOqpE9sEA6oB7ZbCQikRMJ2wO0H"
    "Q+2lKMhFNioIa5aW0oJWViyGPWrm1rG3CgZezpFu4JkNHANAQA8AbNKz+chfj3OD1rsEc4"
    "N8ZxY1mbnIdsije4SPwBfWjI2s8MsWxxVBmBoI9OaaIIw4DnCXqr0910yTfCGqJxIeldoN"
    "yqPdaFvo/vDiWfZ/TjVdr8gKDqngRHVOqJqtGC7RkxRDLeUFTREKmVThoEbhehaunXqzYt"
    "9cOyKr8lWwGT2ZGhmuApvjlILNtWYzs3FLuhWjNMJRm2EELRABRi2JLJ9aYJzI67dLxxYi"
    "JALNtV5witR2vLRj+5CdtJEZle/7ZhJzO6heBUMdJqzRtSUf14S83A7CQ3/Q63DMw4Sav9"
    "jULOBwA5dr9n8ET5t5Z4hF+hXaDQsdBy1M6vwHhBZADFhQBjhzy3Bnc3Y02IzMiEe4PALS"
    "gvppuPU7b2+Dsp23t/xNss/2SSI6UYOFtrkmOuFztYx7KkIiso9exQlJlTZ1/M+4M2gPZc"
    "nfgZFomOCbQb/VHg47vaszsLqfYGk8+tIfdP5kxyaF9xPckm5G4wHbE+LfTfC3fueCtnjX"
    "Cb6UOl36t3dNirpCeZMfiuRNfsjOm/yQzJsMJCKf4Rm+yAhNndlcPJs7BvK7Ahi/y4T4XS"
    "ozlS1IaXzXlblc0RxStvyuK41C03Et3j6FtRVGI1QHUy9gx8hbiKgeqjz38S0OfoJQ4L/R"
    "zKdVcg3MLbG7rjAjh3qHxRlfRpXaYnFGTFRT2Tt4OA18dk5BgkzkE1TPJ7iDmk4ncNl0gi"
    "SdiHCXNx8CDBfItuGsEvwRUsGB8hwgayii6nkp7GNEAnWR2SFiwUGTyOx4fWx+wb1Ze8TW"
    "6hHUF9joUlNc93mnix9a6psUd+/nr4lArbo1i4WiZCNGUSgopUBd9/athAGhjmMDTaVHyr"
    "ENK17zG9qGFqbhUEcmuEdLfuhpg/EmeIJvb20EdSL12Q6Z21tK9UgPuKOkU3eJLHpqna6R"
    "XwtmhgPuLGMRHbYJyHDW0iSzukkGNR3gYkfTaZcJDuEBNnIcHdnANsgTf/QHZC2BTZjh/Q"
    "YFYjBFXnlZOCPzTQTA6iInm2sCYIdfIy2IoUTCKWE0JQymeLEUL5JCy2ldjnusmBa9Vomj"
    "fC7g4v+c6eL/LFz8NXF07l+wkoUeiX7qx/9KxiwZoRetZLcTPO597fW/986AfzPBw3Gr1W"
    "6zwGN4u43Y45bfGeGmyFk1nie6H1FHePIKQ2uZkXeboEyGBJYOsg8K/3Pf2xziT+A/7/Sk"
    "wQ8+A8453unzH6O2lJr4jmth2bVKbbuNU4mpLzx0wnUTNCUkHLWFqrA5TrkFNu/RC7dvXA"
    "5cBCXPSopRCSddzllJq4zgzd10kTTk/cQ2/6yk2OSqmavu0tXvNF1fkyce7dHMcdDdJfrm"
    "uuaGxgLRGjLUE0XL9vsZ3G9sLzm7CTTMsrhNaClIT7viKtAL11YNpEtzjWtrD233G6n1td"
    "O7Kmu5+2RnwL/x6vrfMAvdu5ngi3a3863NEojDW+oH67Xa3a6XVuzf1sB2Z0f30k9PMS87"
    "vylKI5Kbqic3CTPmVSi4bOdZNTMmRinMmDpzmaiI2gOyKvE5SSs4XWdOi7OSG1s91UMk6I"
    "gEnZ3gus8JOh70fHs/ZMtaS5/9OLuYkX9Nc0umS6DMkXJvuE4TYFYt1kNE3WAT+NZG9nJy"
    "HGoaaRjZXkIOZJaH1/dvClQT0GnaBPSo5SbwAvU/b2/PWDN1NSxo/UcDO3PbO5PQoB4Gmz"
    "yZ4MinH9HPhhb1CHkfRLvSBi9JR3PIHwvEcn6a4HGuKXPayf9NpAFh2oc0mTpUyK8UXo2a"
    "yM3mGq8GdhdTnuRcU08xpKhzok5tw3r750aqkCV10+5deB4k72aCb7pSi7qFvCs9TvD6pt"
    "v2DyX0b/n+owlu/3HTYZ4m/6YGHiVfTpaRUBESUa9KbOrf7aZ+09IUZMsaVnRXJesxfEpj"
    "vXaTLX8Asc+2+D5b2506hgM5WTTr0i6jVCLxsnLiZVB5uxz4USqxt79iyqtfkqzktI9QCe"
    "Q3Qz5D2hdAP0PMCw4U5EBp4AXem+Fdfn0Vi+tWprnnn0pDvya+HiXaKMBeLTdi5buZupru"
    "aNg+op/3Eu6bZ4m7J0uBsvYUf7LdPFn0IpW7vM9HHBjzkujX6NiDPeLEvgWsRZ7Rq2CzF1"
    "uqwOUYoXiV68xjxViYLKhY5WVO0ApO15rTNMilV9v+lKQVnK4/p2Wy1Nq8rLJi0c/UIDVW"
    "hxut8XDUv24PzkBwN8H98UjuX8rkz9bXMxD9a4IvB9KYbninlwm+kX5ct3sjmoPPbgjt6A"
    "sdjF0aheZPohb3aYGQ0slpdi3u02RQSRQXexWvrkgFbWwzFVQczyaODqsXmmvyasXRYaBQ"
    "Uq04OuyFjg572Vzl9kP2BuVIh2aRrGUZPZQ6z4p0tpY0C5im6VI1iUZTjoBkmgirvxpYzy"
    "gRWJBOZO7WQDI3wSsutdcatCUvQdS7SSeRti86rIN3nWAyWvsM0P83SzANzS85UsQs1bTq"
    "FT1kKd226rc6dCnZsuoTFD6L/716HhzSFP87KDIox6quxVvCPpGKa8mWsE/wNWJ/EiN13L"
    "3sdLvedw/4w2mM9wy3j3Ma4z0j28q5zYlvsOImt7mKmXx6UsBMPj3JNJPpo7iC+qDZ2lTT"
    "NScjvzX/dY2PUO+XluP1IAbo5eUZYJcqLPlUgCOfMhnyKcmPCkc9bHrEwz65J54jBEuUGc"
    "OSN1mx4iPUmQncV+CKiuAzwC7xF2KCpZuO/LX94wz4N6Q3EaHfJdLi3xCKH0SCXxMSdq3k"
    "/jsu4v47znb/HaeqyDKWlFP2ojTC9ObhSX4iKlVpMUFW51ejtvKJKtlpzLOT14L+ojCMKA"
    "wjogfiaBJR+aAGuO595YOuhlFjjTORPW8W8iXqQddcV6IEFMNk/kB20McjtMGUnlLvNAHE"
    "Kpgbj2DhKnPaQfMe+wWb2OOZ9oAwoDCknY1bG9mrguAXcUS0OIHilU+gHkyvcIKGQaTIo+"
    "1VLKDVFbBByxb4mSJNcHvrfwYZhLwFNmI9J1hHdw596h3oyh7T2o3e4Kuvwr7ZqpfsYt5w"
    "frUHOuYRq99A9xjwDlMBJlza4M6wWBPlWRM48An4uyzVfwCv+AN9Fz36WDEH4aeti3xurv"
    "HTku4a/3DVzPh5lOSQ9qVsLYbOijPKtmMo92lY1+5jTlDucANzMLn3dwPzvVvGLvW7C3u0"
    "gj3qaI5eykEZEgi4K8BtsG9YavtahERsXtu6b+AvF2KHGzDJXDOjJGLN5IjvUH8uAWqM5m"
    "B2JW8NUl/5LwFohELAmYQzMKtK4BklEYBmAbqyUytAGycWICdBpj4CmZVH4pgiayoPxOkO"
    "acnadZ0TUVjp5cAXhZVesupG2aIOUZodnkPyAmbJ85jlvi+2xCoaJTmYmb49P54okCQKJB"
    "3+Iili4FtOlXqAlgZLH6cYpxLpZyKvYFd5BZy5ux1ov60G28s5m4tt/J2tY9bGjaU9QPaN"
    "MhM3gi7NQrkbZqR3bvrGiB7ngPUlMJFlGxjqgAaio4dOphMzCtJskFlQpwUvP8uglqKZEm"
    "alFKAF1ErlCIcENS6YUVurL6yECFWV8KhUmJBHK5KGqwcGpzT5qRorOKSCE9U5gQ2eH2TN"
    "sTEG1wkiJFCRCpYWtJEM7xyeRp5TwjJOKopk1S1XPmWCldFmc821PkYjg/y3A2OtDnrWtl"
    "PANzUQBiyG2uCbBv7DPKPAWnXLP9LOwGgJZgaBystXduYWTblm+cUmXNLkaC9Fecra6alu"
    "nOPrqo4icpFrbjh4ZwOWcwCvaIQHuHqMeu9OfQvOcCs5wTlHv0XKTUTqTAQFJrxrUgZl8O"
    "45j3TbrDTlhjUpd/SWNAbt0XjQ8wp7eHcTfCFdS1e0yb9hdVSilThif2bVULnq9y++d7rd"
    "MxDcbaFkZZFT0E6yj0E7SZ2DJqwWUfThWV4sUfRBFH0orqGJog81kE+iAEElVuyDUyWmei"
    "PHqVZhPk4pXGd15rJhUuAJAGWjjgk6sT6J1KVnBdT3n5WENE4lQBW5Sy+Su+RPw+1Ae7Ma"
    "7EDBjb+1+fCGi9FWAe5HR93LNSx/FidW8ZrliUnI0pR5gx8G8h82c8JAcNUtLwyUDe+WAz"
    "SZMQPuMsWJF/i8rG1YcTv7HbLjMZlHq1D/WEYSc+bZKvtp9SeqL3/4UMBjRXpl11+mzxI+"
    "FvJelUDY736A6J4cF/MHrnMIpjyC5BMdrk6QnYoVIdl98Yw9z8HaKF9k01Xt5/8DrWL2zA"
    "=="
)
