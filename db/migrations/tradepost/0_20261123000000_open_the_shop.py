"""Open the shop: every table, and every invariant as a constraint named as a sentence.

Written by hand: the generated form would lose defaults, checks and partial indexes.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(_: BaseDBAsyncClient) -> str:
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
            CONSTRAINT a_shipping_price_is_within_bounds
                CHECK (price BETWEEN 0 AND 1000000000000 AND free_from >= 0)
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
        CREATE INDEX users_by_newest ON users (created_at DESC, id DESC);
        CREATE INDEX users_by_likeness ON users
            USING gin (email gin_trgm_ops, name gin_trgm_ops, phone gin_trgm_ops);

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
        CREATE INDEX products_by_newest ON product
            (published_at DESC, id DESC) WHERE status = 'PUBLISHED';
        CREATE INDEX products_by_price ON product (price_min, id) WHERE status = 'PUBLISHED';
        CREATE INDEX products_by_highest_price ON product
            (price_max DESC, id DESC) WHERE status = 'PUBLISHED';
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
            CONSTRAINT a_price_is_within_bounds CHECK (
                price BETWEEN 0 AND 1000000000000 AND compare_at_price BETWEEN 0 AND 1000000000000
            ),
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
            CONSTRAINT a_pending_order_has_an_end
                CHECK (status <> 'PENDING' OR expires_at IS NOT NULL),
            CONSTRAINT a_placed_order_has_its_time
                CHECK (status NOT IN ('PLACED', 'COMPLETED') OR placed_at IS NOT NULL)
        );
        CREATE UNIQUE INDEX one_pending_order_per_cart ON orders (cart_id)
            WHERE status = 'PENDING' AND cart_id IS NOT NULL;
        CREATE INDEX orders_by_end ON orders (expires_at) WHERE status = 'PENDING';
        CREATE INDEX orders_of_a_user ON orders
            (user_id, (coalesce(placed_at, created_at)) DESC, id DESC)
            WHERE user_id IS NOT NULL;
        CREATE INDEX orders_of_a_guest ON orders (guest_id) WHERE guest_id IS NOT NULL;
        CREATE INDEX orders_by_newest ON orders ((coalesce(placed_at, created_at)) DESC, id DESC);
        CREATE INDEX orders_by_status ON orders
            (status, (coalesce(placed_at, created_at)) DESC, id DESC);

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
        CREATE INDEX payments_by_reference ON payment
            (gateway, reference) WHERE reference IS NOT NULL;

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
            IF array_position(ladder, NEW.status::text)
                   < array_position(ladder, OLD.status::text) THEN
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
                GRANT SELECT, INSERT, UPDATE, DELETE
                    ON ALL TABLES IN SCHEMA public TO tradepost_app;
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


async def downgrade(_: BaseDBAsyncClient) -> str:
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
    "eJztPWtz4riWf0VF1db0VDGpJN093Z3Z3SonId3cJpDl0T09l1uOAAW8MbLHj6TZufPfV0"
    "eywQ8ZbIcQQysfYiHryHCOdXTe+qvmOXhCbMv1jjR/YniNB0K92hn6q0bxnLCGfEAd1bBt"
    "x25Dn4dHJgfCMFQny7Ejl40bw8R32HQJ65oQd+wYtmdYFAC+ziw0nmE6JRP0OMPeEYBNrD"
    "GDM+g0c4RPjT99onvWlHgz4rBx//wX6zbohHwnbvjRvtfvDGJOYr/LmMAEvF/3FjbvGwya"
    "l1d8JDx9pI8t05/T1Wh74c0suhzu+8bkCGDg3pRQ4mCPTCI/kvqmGaAk7BLfmHV4jk+WX3"
    "Wy6piQO+ybgKraf975dAwYQpPRkTFxjyh5/O/gq0WG6Xq709d7jb6u11KYha+QQGXQNbYo"
    "UMWgHiDqr7/FvCuE8N4aPODik9Z99frXnzkKGKmnDr/J0VX7mwNiDwtQjvQVlrGXxvIlw5"
    "JnzIkc0wIigelJAHIUNspgPOxYoXz1MobIDNG1WwT3m9eNXl+7voHp5677p8nxpPUbcOeU"
    "9y4Sva8EPSy2rsSaW06Cvjb7nxB8RH902o0k1Zbj+n/U4Dth37N0aj3qeBLFSdgddrGhEb"
    "KOPcvR7xkm0+S9mGGnQf05J2+ToQDTMUmTOTZDgtwMbdUhcO1i0Ot3rhvdMxS2hvTjgOHw"
    "DPHLkDJ0Xl2dIX4ZUu2mqX9ufDtDQYONZjT7qrGeoMEgvvX6jWsGwq9JZid/gWpz/F03CZ"
    "16M/bx5HjNC/VF6/JFe3KceEnawZ1TfutvCVGL8cUozBO4Y8D79mCpbuSFSXyyn0jMNEr7"
    "5Lu3DqVLsCovja3wvsbv/RjbC1/RV9fa7z/HWF+r0/4YDo+80hetznka9fANi2E9gFAIL4"
    "Fw1x/9LxlLNvtsjEdASqF8f3jGs2BcyMJuGuP/6HXacoxHQJLylTH20L+RaQg5/nBedkDG"
    "etQnsZzg6zBBEvUOYT/b9aRbZfb7HodSXKbEO2/YRRAuRivekg/PoCjf3UeUOOgY4fH9I3"
    "YmeuqOdWpljU3fmp/Okz2Y4ilHJPxi+H0rO8M6G0Q+80MBw0OHEuTNGPLZf+yhGZuXvRqT"
    "39Cjwd4b30O3ty758/YWGR5yPcM00SM2PBfdWQ6Cq23iMUEGZeAEWc6EOGnTxTM9Qxk/Ki"
    "HwZxs/PMs2xnIFWY7oJcBB7A5xffVNHn31Tba++ialr76AzFk1FO96A7bxwrSwhHlkC50R"
    "ECV0PkHotMZj33HIRC9uUk2AKttqpW2rTBRIE/jcmDZpFlMTAAmyGjTPqkoKups35ufcMK"
    "bwFX75cHr6+vW70+PXv75/++bdu7fvj9+zsfzrpm+9W0P68+bHZjvB1aCjSsJub2bYNkPK"
    "NZPhrLiQljlok/jrBsP1+Wr8RkFYY0LnAnkWAugjpM0tn5EFYYeguUGZJMreEfbZuuNSqD"
    "uz7J9cxPkKHS/qIJ1yUdUxmKg6wq7hpuXg53mEEoMrLgbzawEhLRyvJLQyEhqsjmL7xxKk"
    "1A5SNYTvbhOJov3OIUS/c6x5MdTHwLaygf+Q2B/DRuIYMmu45jh4kWEOj0IlkH94Sgmwj3"
    "/+K4E4j2noYxO7EsRl8+cY0O6YdA0iCSZM5nqB3e/ZnJQPMl5tWSbBNNtP+SDj1iMG9Vyo"
    "D8WS3SL9vNNpxZB+3kxidXB93ui+OuEUYIMML4NBPBDHlTqEMzlzBGJ32+LJ83Ll05M379"
    "68f/3rmyUzXvas48HVU5ksu5alKFl2DvUoGLRRJ+qDvZ0KVeQIXQSaCGJsKKqFcAXmzvjO"
    "AxMJKCmIdRoQ+WSaZJLWg7Y3rdJ9Kq77GK5uUXNRkMlHoLbE5Tdje+95vFIzdxl9EjCtIt"
    "6tKMxBID3u4Hqdw7/1OtO99Trp3eI7gasbdGz6E8bi8feCTEQ+wQ6lxpd53bfIUcAZov8f"
    "26kLaUdRoIN4zXfOW5Q2X06bH2Pb8x2i25ZpZLHmzZH56Vl2qON32vpNS7toXDeE1adInH"
    "4U9gxFPw3ptdYeaK0zJK5JiTxXvP1pnnj70+x4+9Mkh1dKae1wlNI+/t7FfCOR6aXh3foG"
    "1RRMa044MIfLDsaCX2xumCbr9GYuenXyAf0H+i908uGY/f3Mg8gwEtxxgdgHh0xBpQJtk/"
    "WDHQ88blPLmkhdds/xCKW2VlxtVbrUzuWdBUPnRIL0NfpUAu4gkB/fdPPsudlbbmrHFXyp"
    "yIu9glBx5MXf7H1yLx0Q2kMJIqdUGQ4/JPf/gUiV2mTCNm03Q6oM726SKnFkXK6ECCasYe"
    "S7xPnJRS5+IEyME1MQiYiYB0AJfBUX+IB2BVO/IyDbxHd1eXWB1G8lP+9Ufp7bmErsXdn4"
    "joAoua44xk2DkpMi+F4CqBe8JLpPi6L7VL3cJdmJ4RXjJcF49WqXUVWURr7b8HALwocyTE"
    "3ZSE+AKcwrK191rXz2rKDLfgmg3usSNTnc5W9IoXxTkFsEcIdxKcuevQ1MGTsEcFIiFTgO"
    "qTKBK5cJXB3b40eoVlSTWx7FvfoGu+N0OSpP/VfyQBw0s9i34+mfnnVPqCiYYrhoQhwDzI"
    "qQKwW1VFxkSAKrS8+i7JOVMKBl2ycVxztYjhdXBx/Ygi1D5jjkFsi8R2LdPlC5Ovtaj7iu"
    "QL40gyi4u2lvcyPjcvnUgtcNuDAUOIB9yT1CHWou0Ay7MyLyfe6J7f2GMJtobrA7bIfiiU"
    "LGlP5iULnvbVsTqz2w4nug8tFt1UcnVkIRbK4gFDJTucxjxhB1YDgSM4BBsZMRtp8ATJoB"
    "Fp4I6D8cpJ4H9b6WG/UXrXvebGvdb3IrzLmkPtj5t35Dk1OAfLcNNqqEBCWdQMnLlZOk4v"
    "LyHZttVmLdJSHVwiu78EJMll958hnU0qv40uNlecvpqjFQpaxWmc7K8vRDkFmVlt+Nu5Br"
    "pHga1GfPi+84lML7vpX0H7jcoCQzuPFb9Q3WNqB/zvh1DY1917PmxEE8LXFO5iNoB0VFPX"
    "x3J0tzzAekbGSVsDtk28jIHBuFTttaAiimUpyZc+TpD8Qx2CMl7/fa+I80sIoBKRADYmPX"
    "fbQYb5br/muinZKA6s0v/ubvNMHjB8e1iufbJbaZsOP5koTdfMVjVtA7LBqjXfSbXxoFBR"
    "XGUr80+43LMxQ0hlTMc4bEdUgvmz3tvAVDwtaQNrpaD3rENSlI5ol2fZ8j2vV9ZrTr+1RO"
    "O9tiy1IrhN0hrcIjdItSS3YIb29wc9Pp9s9Q0BjSC62vtTof2SDRGNKrQeuq2WqJmkCRD+"
    "xOs621Lxi5gwaj/+V1s83ID5ch7Xxtw+P4pQydT05yEPrkJLtg0IkqGLT11G5l2XvyprMP"
    "lr3qWD4uGNGnlrOoya0fy9v1DRaQcXRgDiPIyGEcfxZaMDyHEJnVI2OUMnNU3Mzhmv60iE"
    "Qcjj+I5KFdS8Se4clErHUlQL1dy1UHhG4bO4TKD1fOZiQxoCfwk/1R/goEZ7HbhldMcIyC"
    "7E5yPN4TyVEJ4k9GZ3UktBvHmvjjrEyn8O4m+cyOjMshngXD+QnQCHvIJNj1eEj2A3YMTD"
    "2ZtLYZaEiH9PaWV/7W5wZr8hqcyx78HXqCaHBkQaoUnKgnzpQJJ3HRK34HA+n5yRMUHmG4"
    "QyoG/lwPZnUJdsYzNuVyJrAru/XwqGqGBericRiaDqlZCzSeYTpVYmaFNgolZlZC7lFi5k"
    "7RHf2aBZCeANuh5fQFWIdyMAhEX3a1q8Ll6DnQGeKXIb0ZnLeavU/gOlg2hxSw2fwCnWGr"
    "jKX5Qw5D84dMO/OHVP0Mf2Qa7qyUZTQJq2Jbq2YajVJ6TiYGTpMYjp+Xk3cJkKSrwcTSf6"
    "PnPGcjIk+NfMP0DOoewfNeQqQCBK3ni0kWmCAeTJA6DtJj32fke7JzT7IpEodSZNk6WZbK"
    "VJoqGw9VDsEOqbLyjo/2XWqupdAvPfNKoT8/+oWKLxGQe1/I2LMyapatoA49Aqf3pXHR73"
    "T5DuxavsNeurjlic11Z0TmfiTGdMbnDTpchsXVb1IO6h9PCvPtSUkyxyEVmStNZuU0qB2O"
    "0+CLsJXX5E6D8G59g9PgITIuR4k0UcTM9j0wsGM0xo53hG74MZ/cqs+kTctBjNqeu0xdmV"
    "n2Ty4Kj17lpnm4HTlnWlZG7RmfpIz+FTf6B16mog74GJSqj5KUo+/9Qo4UMVwZ9pUfpero"
    "tvg3LGSzioAog9XzGKxKWEuUpeRJlhJ+pIxDmC6ml6CADLoUMSpmO3kZWuzTuYPg0aQTpp"
    "O8AP95lg1BWLj0qYPnEvxnroAk2AG9/VuLOxTxVxLOsi7PegW0w/zqUDPa2/RqUMbvddez"
    "xvcF8Z2AVEjPj3QTLGoSK2gm01gBKHYh8Z2puO/tIlQ5ZEpJGcpSryz1L2ap7/GNOKPYe7"
    "hJry/1vhyVq9C7Yz0imzhhOH0dzdmkImYf7ORBNxot+Ecww46wS8BWTkxJaartTPkEq3sw"
    "e0F7cBzqxazw/Enw782eWeEZtmZMLyzAgyIQaudO7twM8cR5kNWoysRnFEQhNIlQFbRwsK"
    "JQxfbua+uBzEmmrz0+Jtders+jwzdn69k2oZNfLGoujlDPn8/JBPl2ne+14UzcDY6XOzH4"
    "yMH5zR8nSeXbxozKkV7xLbxqglN12WIBR/q9IROK8uUOhbBV9vPWtMt/DHp9qEIF1yG96A"
    "ygdBW/DGm30Wt0oUZZ0ICeVkPr8R7eGNLep+bNGYL/fHy/c/GZj4dGkhXlSS9aJxiE/oJ3"
    "melF71IFywh2Zcp1zpJlS+gKhxbXuo2LhsjrClsBIaEraAzppXatfeTl5URjSFsdID38B9"
    "L1B922mEO0YI4um7Df7LRhmrA9pJ3+J16rDC5lSHxynIPGJ8fZtcqOk1QOtBGGMtOTpBht"
    "0mJWcIfkkt66OlMYvWlAhV8JfvdE+94jjO6NAr5HOLWcSeETAaMwqk5Soqiz5RUr6hyMr7"
    "AkUtkoEQzZY/pTpPn4DJWW6WXFaz8OGiDr8QuT2fva1RUT2uEypNpNU//c+MaUANFgo7V+"
    "46vGeoIGg/jW6zeuGQi/VkPoEyQpxpCiMIohyfDJfiIpdKZFAqzKS6Oy/Em5+kuRQtm3ix"
    "UHdrLM2vxWfWNRYCenDfucmBadusizEEZwmlIdDjpinx5nFtRlQzOLfWdugJ76xPXEOeJH"
    "6BPvplaWJXuL8yp7diV2nwqeP36QeztfDgXRGYVR+JScRVVESlInfz2liNvMsG32hWCvZT"
    "QplP4lg31SHtj+0OJZEr5GhmmWJIUEVFGiPCWWb/aciTDWpCB3l0MrPp+o22m4Y8unHkPc"
    "pJC1LgWo+H6Jc++UiVSZIKpNin0wQahIyh+OzOS7bbDpSpA5DqnIXDkyV8egeIMXa0Jlw7"
    "v1TWdZRMblSnnBnkfmNhj3EINFmCLuZkbezLH86YwfUTFl7+MjXhwhbQ5SmLSO1O1tWD7q"
    "9laeCfNsT1LWx0rI+WsSYl4u2GGP+GURA6RYJkWk+QiIcir+EEcflIp9/Z9Bs9vo6VoQqJ"
    "roGNKbbuei0es12x/P0Ko9pNqg/6nTbf7Bz0NYtuFU35v+oMtDZ4PWkH7pNC+hR1yH9Epr"
    "8pOaxTW5d+QKh3ibJxzibXY4xNtkOES4xcgJnqG6RWCqTOb8QW8xJL/OgePXmSh+nQo44T"
    "t8Gr/rSi2tYA4pqHDX1a6w7fmOLJxzbZWrCNTBpFTuGPMOYbLcRJ8F+M2P/ASgwv+T3nyo"
    "1GZRaZm3dcWBJNA7LBD0MqLUFgsEUSaa6uJEwSJurgSYcnGVd3HdYcOEF7io9yUJpxwCxd"
    "WHEIdz4rp4Wgr9EVBFgeIUYHsoAfG8EO5jQArryhGmTOdhl3KE/RhkrpyHpGMD+QUV1rhK"
    "VsPq+XwmuhWDyOU9GWPTFAHUS89F03ORMYEzOHjktOj+CfrI3LY8MBChe7KQ+0ieMJ84P9"
    "wl2GSriYdq394C1COcCAKgI39BHDjmwzTYr0VTy0N3jjWPTltHbDpnYbPFVRcHjfvUM0wY"
    "MqRL9CCXeJ5JXORa7E4wOz8g3GXEEL9hjCkaEVHsDE/ZYlCemuo4EtYcIBIshYIHiMSglL"
    "fmh6t7Ehr8I7b/pel/afkXhn9h9ocSGVeDNi+QAdcyRv8tH52s7NEvdU7l3nnWuJ+MCVOB"
    "s6qgg40DCtcabw7poP253fnaPkNBY0h7g4uLRoN7yZbNbTjKtrxmlE69ScJ/Fld0RMaT8S"
    "uKnUVGmHoCMmm/XgRnUR8M/s8D0+gS/wz958221v0mJ8C5xJR6/q3f0FIvvuc7VPedQmlL"
    "cSj16itzkrIzhF0JDgcKZhkyxyG3QOY9WnD7QOXqWJOufPPOMM01MbfREfUNNqS7xNiN1q"
    "OeNSeQbw/GEqgWG0TD/uSKQFd+BitExNrYGRMzbS0qAa+sL5UwDKg42d0d3bp/quWNdvG5"
    "2f5YVLEMwM5Q0BClZG+4AikaQ3rZaDW/NHgw5rIJZpr2RaPVEiGaQbMCqiU/igueniJedq"
    "xIFEYFipQPFFFS9sHKX6mU93JSdgxSSdlVpvKEmMYDcUrROQmrKF1lSquzz2qHc/ZZB+T6"
    "mlwxFffqG1RSrhm4+bTRa/DTjxZoPCPje8v36ojyEnCMARBG/Sdkfm5tZhHfACc9mwYlrg"
    "huwFyiE2P/AkTVEbyudQSHqNWR8M/9fXt7xrtBJ55D2RyLejNXnNligSrssjtDGnn6ETwb"
    "O+DSFg+CodAhAh4Mj31g+jfET9TR48wYz2BQ8JtYB6EwhnXZJh6zX6nU78poh9nqN1MIR2"
    "Jd5TXoryCq7J+vrDV//9TzEsERN432pdDMRWNIb1raBajb4gong1zftBrB+SJBU66XD2nj"
    "95sm1+CDRgU0dVVbUtWWrC4+g128CDojIAqbKi16t2nRtmOMiasbdGz6EyYt4u9pXK9NU5"
    "RPoDIV82cquv7IszwsCe1YFwsYhVLRgKWjAcNSj8WQH4VS2dEl4zCDGqYFX/sIlML80zCf"
    "we1zYD+DzSsK5KRAYcQrfD8N38X3V7W5buU1F9bTNOrXeNWjQE9yq5eLiFhZFke+YXoGdY"
    "/geS9hXNxJ5XHen6JPthEyC17FFxe3SKoK5S+J/QrV2d0jSuybm1pFF/0QZBaezxJUjgGq"
    "pVxlGo+tuc1d3mUWcwJWUbrSlAYXrFkuJycJqyhdfUrrbKt1ZbFk+XzzqUkqLA5Lj3juDP"
    "p650pnHy8+n6HopyG96moDyMKGy5DeaN+uG+0+RN7zBoPtf4LJ+KWW6/1JVDM+zeFSOjnN"
    "rmZ8mnLRq/JMP8LSVQGgtQMLAG08ZKcnRgbU84SC6uSh0MkgbLCzgNBKiH2E1Q1GwCOk2T"
    "ahk18sambUsMoJp8Ihd8HDVDbiSyP4B6oDddFtaCKMUTTSoY6NyyYfIK5DymZrnCH4/7Qw"
    "yKUYpkcq7KS6VqOix1Wk+1bjVsdXJHtWY8KqPPHPq/vhcRfxz2EFLD1WEijesxwTKQeU7F"
    "mOCb9G7CMTVgetq2arJb57SB9JZ3zkMnlU0hkfGUkqlXYnvsGKmtLuMuLy6UkOcfn0JFNc"
    "hlvxhfpguMbIMA0vI85t83KNz1DtRSvRfpggenV1hvilDEne56DI+0yCvE/So0TR7KcWy9"
    "6jHehZXDFMOrQc/Sk7VnyGKhNBugQ+Ags+Q/wSXxBDqt009c+Nb2coaLDRjIV+1VhP0GAQ"
    "3xgHv2Yg/FrKDHCcxwxwnG0GOE6VOOQkKSbRRWFUNLQMn+wnkkJlwBJgVV4aleVPoLWkcZ"
    "4dxBKOV2UhVFkIZUWscFkubtVqGZTU1li9+P16LqOXGQ7daPPS0NiyueGKl0x/xC4awcG0"
    "Xh1hOkEz6xHN/fEMBhjidlAGg9+eGg+EIkBD2iq2tZlFDnRQa4xAavJYJE+DqU2kTRsURW"
    "qRuSJfGXKrqQVJy4Enro5ub4NnsEnYcnQJHzmkJrnz4K44cozfhhJjYvLVV+HfbDVK96ls"
    "uiDXG+Y84tnbEMMpK0sPJwK76M5yeBfQrI48/B0FWSyT35BI/QaWIOBjqdzKoFgd8UgZFH"
    "cmf7Lbhvw8tUyHTxTkkAKpn+T0idl+sGPgwicgxKGUniSp5aa7njW+TyN1bTJjAnKHWYwh"
    "B97fLMZ7v4hSGgxXymgJZdQzPLOQdXIJoNBdAt0W/4aFclgiICqDZeuGgT99tvdJvSWZck"
    "gURMkhEva9VPIKIDUGczCpiVtDaaChFkBoBEKhU36aeSF8RkEUQrMQujKmlEBtHFghOYlk"
    "MGTpvEaKRBVZk34chzukLWvXxQ5UdZWXQ76qrvKSqfdFM7ujMDs8guAF1JLnUcsDh0GBXT"
    "QKcjBv+tb2TlUlRVVJOdBNsmIO8BvHeMDcspvpAw+H1HO5we3I6I2e8D7UxabmAtnEcS2K"
    "TQQ+vegxU2kfd06YJzhpq+Q+LOSw5U+Cf2/2zGFL5tgoFNm2BKhwumdlxZVlHR88mTAaFb"
    "Jvy2BVqFt5i/YIQkvKkUICqihRnhLUkgnwa0ryW1LpXXGgPPWXHOwSHd95slMQNhRgioOq"
    "Eg8qwjNLwO1yS3WGaBvc3CTUOqthm8+2sShZoKnFqCtCF72ZA9GXPNTQxguIkxTRiiPeD8"
    "e7SM6xKTuLCkusuJRbJb2iukyuSFiiWA0FURqHUkhNBb3Ab2aPLvqmJuBUbGIih2te3B+y"
    "glFWtvJ+wL07/Ck8yqng9iY5ASqSzx9J5A8z+MU1KYFk0O45T3Z6Wg2wJxb/2tEqqXUb/U"
    "G3LSoniNaQXmrX2kd+TrZo8EIV0VIHsY9ZRSo+djqXX5ut1hkKW1uoDZbnuJmT7PNmTlIH"
    "zigFW2XVP8vCUln1Kqu+lESmsupfij+pDO9SpNgH+19M9CaeV66UbxxSWXmrRuXqWHk14h"
    "jjWU1u5Q1u1jdYefFq2CYrbzaFt2x/zTQKSDdziUEgeOOfZnetfCJLtrk1s0ht9gmi2VVq"
    "93NbT9Sve/s2h0jKRmVXsIN7CSGKrasCGA6GHyB2T47zCfzrJP6UyM+e6BGZ1TA7LCACsv"
    "sMxD2PB3jRXe3v/wdsyRPO"
)
