-- pre: centres, slots and seats of tests, and every rupee paid for them.

CREATE TABLE centre (
    centre_id  uuid PRIMARY KEY,
    code       text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9]{2,12}$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    city       text NOT NULL CHECK (length(city) BETWEEN 1 AND 100),
    address    text NOT NULL CHECK (length(address) BETWEEN 1 AND 300),
    time_zone  text NOT NULL,
    capacity   integer NOT NULL CHECK (capacity BETWEEN 1 AND 10000),
    accessible integer NOT NULL DEFAULT 0,
    fee_minor  bigint CHECK (fee_minor >= 0),  -- abroad; NULL: the module's own fee
    currency   text CHECK (currency ~ '^[A-Z]{3}$'),
    made_by    uuid REFERENCES account,
    made_at    timestamptz NOT NULL,
    closed_at  timestamptz,
    CHECK (accessible BETWEEN 0 AND capacity),
    CHECK ((fee_minor IS NULL) = (currency IS NULL))
);

-- `taken` and `accessible_taken` are counted by the trigger on seat, and by nothing else.
CREATE TABLE slot (
    slot_id          uuid PRIMARY KEY,
    centre_id        uuid NOT NULL REFERENCES centre,
    day              date NOT NULL,          -- in the centre's own time zone
    starts_at        timestamptz NOT NULL,
    ends_at          timestamptz NOT NULL,
    opens_at         timestamptz NOT NULL,
    closes_at        timestamptz NOT NULL,
    modules          text[],                 -- NULL: of every module
    capacity         integer NOT NULL CHECK (capacity BETWEEN 1 AND 10000),
    accessible       integer NOT NULL DEFAULT 0,  -- of the capacity
    blocked          integer NOT NULL DEFAULT 0 CHECK (blocked >= 0),
    taken            integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
    accessible_taken integer NOT NULL DEFAULT 0 CHECK (accessible_taken >= 0),
    made_by          uuid REFERENCES account,
    made_at          timestamptz NOT NULL,
    cancelled_at     timestamptz,
    CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '12 hours'),
    CHECK (opens_at < closes_at AND closes_at <= starts_at),
    CHECK (accessible BETWEEN 0 AND capacity),
    CHECK (modules IS NULL OR cardinality(modules) > 0),
    CONSTRAINT never_one_too_many CHECK (taken + blocked <= capacity - accessible),
    CONSTRAINT never_one_too_many_accessible CHECK (accessible_taken <= accessible)
);

CREATE UNIQUE INDEX one_slot_at_a_time ON slot (centre_id, starts_at)
    WHERE cancelled_at IS NULL;
CREATE INDEX slots_by_day ON slot (centre_id, day);

-- What somebody is to pay. `fee`: of a test; `move`: for moving a seat late.
CREATE TABLE test_order (
    order_id       uuid PRIMARY KEY,
    number         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    account_id     uuid NOT NULL REFERENCES account,
    module_code    text NOT NULL REFERENCES module (code),
    kind           text NOT NULL CHECK (kind IN ('fee', 'move')),
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    made_at        timestamptz NOT NULL,
    provider       text,
    provider_order text,                     -- known once paying has begun
    asked_at       timestamptz,              -- when we last asked the provider about it
    ask_at         timestamptz,              -- when to ask again; NULL: no more
    UNIQUE (provider, provider_order),
    UNIQUE (order_id, account_id),
    CHECK ((provider IS NULL) = (provider_order IS NULL))
);
CREATE INDEX orders_to_ask_about ON test_order (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX orders_of_student ON test_order (account_id, made_at DESC);

-- One student's seat in a slot. Another slot, or another try, is another row.
CREATE TABLE seat (
    seat_id       uuid PRIMARY KEY,
    slot_id       uuid NOT NULL REFERENCES slot,
    account_id    uuid NOT NULL REFERENCES account,
    module_code   text NOT NULL REFERENCES module (code),
    accessible    boolean NOT NULL DEFAULT false,
    state         text NOT NULL CHECK (state IN ('offered', 'held', 'booked', 'attended',
                  'absent', 'expired', 'released', 'cancelled', 'moved')),
    live          boolean NOT NULL GENERATED ALWAYS AS
                  (state IN ('offered', 'held', 'booked', 'attended', 'absent')) STORED,
    order_id      uuid,                      -- of the fee
    move_order_id uuid,                      -- of moving here
    replaces      uuid REFERENCES seat,      -- the booked seat it is to take the place of
    moved_to      uuid REFERENCES seat,
    held_at       timestamptz NOT NULL,
    held_until    timestamptz,
    booked_at     timestamptz,
    ended_at      timestamptz,
    free_until    timestamptz,               -- we changed the slot: cancelling is free till then
    marked_by     uuid REFERENCES account,   -- at the door
    marked_at     timestamptz,
    FOREIGN KEY (order_id, account_id) REFERENCES test_order (order_id, account_id),
    FOREIGN KEY (move_order_id, account_id) REFERENCES test_order (order_id, account_id),
    CHECK (state NOT IN ('offered', 'held') OR held_until IS NOT NULL),
    CHECK (state NOT IN ('held', 'booked', 'attended', 'absent')
           OR order_id IS NOT NULL),
    CHECK (state NOT IN ('booked', 'attended', 'absent', 'cancelled', 'moved')
           OR (booked_at IS NOT NULL AND order_id IS NOT NULL)),
    CHECK ((state IN ('offered', 'held', 'booked', 'attended', 'absent'))
           = (ended_at IS NULL)),
    CHECK (replaces IS NULL OR state IN ('held', 'expired', 'released')),
    CHECK ((state = 'moved') = (moved_to IS NOT NULL)),
    CHECK ((marked_by IS NULL) = (marked_at IS NULL))
);

-- A seat that takes the place of another waits beside it until it is paid.
CREATE UNIQUE INDEX one_coming_seat_a_module ON seat (account_id, module_code)
    WHERE state IN ('offered', 'held', 'booked') AND replaces IS NULL;
CREATE UNIQUE INDEX one_place_for_a_seat ON seat (replaces) WHERE live;
CREATE UNIQUE INDEX an_order_buys_one_seat ON seat (order_id)
    WHERE state IN ('booked', 'attended', 'absent');
CREATE INDEX seats_to_expire ON seat (held_until) WHERE state IN ('offered', 'held');
CREATE INDEX seats_held_of_slot ON seat (slot_id, held_until)
    WHERE state IN ('offered', 'held');
CREATE INDEX seats_of_slot ON seat (slot_id);
CREATE INDEX seats_of_student ON seat (account_id, held_at DESC);
CREATE INDEX seats_of_order ON seat (order_id);
CREATE INDEX seats_of_move ON seat (move_order_id) WHERE move_order_id IS NOT NULL;

CREATE FUNCTION seats_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was integer := 0;
    is_now integer := 0;
    it seat;
BEGIN
    it := coalesce(NEW, OLD);
    IF TG_OP <> 'INSERT' THEN was := OLD.live::integer; END IF;
    IF TG_OP <> 'DELETE' THEN is_now := NEW.live::integer; END IF;
    IF was <> is_now THEN
        UPDATE slot SET
            taken = taken + CASE WHEN it.accessible THEN 0 ELSE is_now - was END,
            accessible_taken = accessible_taken
                + CASE WHEN it.accessible THEN is_now - was ELSE 0 END
        WHERE slot_id = it.slot_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER seats_are_counted AFTER INSERT OR UPDATE OR DELETE ON seat
    FOR EACH ROW EXECUTE FUNCTION seats_are_counted();

CREATE FUNCTION seat_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seat_id, NEW.slot_id, NEW.account_id, NEW.module_code, NEW.accessible)
        IS DISTINCT FROM
       (OLD.seat_id, OLD.slot_id, OLD.account_id, OLD.module_code, OLD.accessible)
    THEN
        RAISE EXCEPTION 'a seat stays whose and where it is'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.order_id IS DISTINCT FROM coalesce(OLD.order_id, NEW.order_id)
        OR NEW.move_order_id IS DISTINCT FROM OLD.move_order_id
    THEN
        RAISE EXCEPTION 'a seat stays what its order pays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) <> ALL (ARRAY[
        'offered>held', 'offered>expired', 'offered>released',
        'held>booked', 'held>expired', 'held>released',
        'booked>attended', 'booked>absent', 'booked>cancelled', 'booked>moved',
        'attended>booked', 'absent>booked', 'attended>absent', 'absent>attended'])
    THEN
        RAISE EXCEPTION 'a seat that is % cannot become %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seat_goes_on BEFORE UPDATE ON seat
    FOR EACH ROW EXECUTE FUNCTION seat_goes_on();

CREATE FUNCTION a_booked_seat_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a seat that was paid is cancelled, never deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER a_booked_seat_stays BEFORE DELETE ON seat
    FOR EACH ROW WHEN (OLD.booked_at IS NOT NULL) EXECUTE FUNCTION a_booked_seat_stays();

-- Money that came in. It buys one seat, or is kept or goes back to the last paisa.
CREATE TABLE payment (
    payment_id       uuid PRIMARY KEY,
    receipt          bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    order_id         uuid NOT NULL REFERENCES test_order,
    provider         text NOT NULL,
    provider_payment text NOT NULL,
    amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
    currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    paid_at          timestamptz NOT NULL,   -- by the provider's clock
    known_at         timestamptz NOT NULL,   -- by ours
    buys_seat        boolean NOT NULL,
    kept_minor       bigint NOT NULL DEFAULT 0,
    CONSTRAINT a_payment_counts_once UNIQUE (provider, provider_payment),
    CHECK (kept_minor BETWEEN 0 AND amount_minor),
    CHECK (NOT buys_seat OR kept_minor = 0)
);
CREATE UNIQUE INDEX an_order_is_paid_once ON payment (order_id) WHERE buys_seat;
CREATE INDEX payments_of_order ON payment (order_id);
CREATE INDEX payments_by_time ON payment (paid_at);

CREATE TABLE refund (
    refund_id       uuid PRIMARY KEY,
    payment_id      uuid NOT NULL REFERENCES payment,
    amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
    reason          text NOT NULL CHECK (reason IN ('cancelled', 'slot_cancelled',
                    'too_late', 'not_fit', 'paid_twice', 'wrong_amount')),
    state           text NOT NULL DEFAULT 'asked'
                    CHECK (state IN ('asked', 'sent', 'done', 'refused')),
    provider_refund text,
    asked_at        timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,    -- when to tell or ask the provider next
    lease_until     timestamptz,
    attempts        integer NOT NULL DEFAULT 0,
    settled_at      timestamptz,
    said            text,                    -- what the provider said, or who settled it how
    CHECK ((state IN ('done', 'refused')) = (settled_at IS NOT NULL)),
    CHECK (state NOT IN ('sent') OR provider_refund IS NOT NULL)
);
CREATE INDEX refunds_of_payment ON refund (payment_id);
CREATE INDEX refunds_due ON refund (due_at) WHERE state IN ('asked', 'sent');

CREATE FUNCTION money_stays_what_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'nothing is deleted from the books'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_TABLE_NAME = 'payment' AND (NEW.payment_id, NEW.order_id, NEW.provider,
            NEW.provider_payment, NEW.amount_minor, NEW.currency, NEW.paid_at)
        IS DISTINCT FROM (OLD.payment_id, OLD.order_id, OLD.provider,
            OLD.provider_payment, OLD.amount_minor, OLD.currency, OLD.paid_at)
    THEN
        RAISE EXCEPTION 'a payment stays what it was'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_TABLE_NAME = 'payment' AND NEW.buys_seat AND NOT OLD.buys_seat THEN
        RAISE EXCEPTION 'money that was kept or given back buys nothing'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_payment_stays BEFORE UPDATE OR DELETE ON payment
    FOR EACH ROW EXECUTE FUNCTION money_stays_what_it_is();

CREATE FUNCTION a_refund_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.refund_id, NEW.payment_id, NEW.amount_minor, NEW.reason)
        IS DISTINCT FROM (OLD.refund_id, OLD.payment_id, OLD.amount_minor, OLD.reason)
        OR OLD.state = 'done' AND NEW.state <> 'done'
    THEN
        RAISE EXCEPTION 'a refund stays what it is'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_refund_goes_on BEFORE UPDATE OR DELETE ON refund
    FOR EACH ROW EXECUTE FUNCTION a_refund_goes_on();

CREATE FUNCTION an_order_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.order_id, NEW.account_id, NEW.module_code, NEW.kind, NEW.amount_minor,
            NEW.currency)
        IS DISTINCT FROM (OLD.order_id, OLD.account_id, OLD.module_code, OLD.kind,
            OLD.amount_minor, OLD.currency)
        OR OLD.provider_order IS NOT NULL
            AND (NEW.provider, NEW.provider_order)
                IS DISTINCT FROM (OLD.provider, OLD.provider_order)
    THEN
        RAISE EXCEPTION 'an order stays what it was'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_order_stays BEFORE UPDATE ON test_order
    FOR EACH ROW EXECUTE FUNCTION an_order_stays();

-- At the end of every transaction that touched it: money in = seats + kept + refunds.
CREATE FUNCTION the_books_balance(of_order uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    due test_order;
    seats bigint;
    bought bigint;
BEGIN
    SELECT * INTO due FROM test_order o WHERE o.order_id = of_order;
    SELECT count(*) INTO seats FROM seat s
    WHERE s.order_id = of_order AND s.state IN ('booked', 'attended', 'absent');
    SELECT count(*) INTO bought FROM payment p WHERE p.order_id = of_order AND p.buys_seat;
    IF seats <> bought AND NOT (due.kind = 'fee' AND due.amount_minor = 0 AND bought = 0)
    THEN
        RAISE EXCEPTION 'a seat is paid by one payment, and a payment buys one seat'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'each_seat_is_paid';
    END IF;
    IF EXISTS (SELECT FROM payment p WHERE p.order_id = of_order AND p.buys_seat
               AND (p.amount_minor, p.currency) <> (due.amount_minor, due.currency))
    THEN
        RAISE EXCEPTION 'a seat costs what its order says'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amounts_are_ours';
    END IF;
    IF EXISTS (
        SELECT FROM payment p WHERE p.order_id = of_order
        AND CASE WHEN p.buys_seat THEN 0 ELSE p.amount_minor - p.kept_minor END <>
            (SELECT coalesce(sum(r.amount_minor), 0) FROM refund r
             WHERE r.payment_id = p.payment_id))
    THEN
        RAISE EXCEPTION 'money that buys no seat is kept or goes back'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'money_is_accounted_for';
    END IF;
END $$;

CREATE FUNCTION books_of_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_id IS NOT NULL THEN PERFORM the_books_balance(NEW.order_id); END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION books_of_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM the_books_balance(NEW.order_id);
    RETURN NULL;
END $$;
CREATE FUNCTION books_of_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM the_books_balance(p.order_id) FROM payment p WHERE p.payment_id = NEW.payment_id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER books_of_seat AFTER INSERT OR UPDATE ON seat
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.booked_at IS NOT NULL) EXECUTE FUNCTION books_of_seat();
CREATE CONSTRAINT TRIGGER books_of_payment AFTER INSERT OR UPDATE ON payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books_of_payment();
CREATE CONSTRAINT TRIGGER books_of_refund AFTER INSERT ON refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books_of_refund();

-- The line of a full slot: first come, first offered.
CREATE TABLE waiting (
    waiting_id  uuid PRIMARY KEY,
    turn        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    slot_id     uuid NOT NULL REFERENCES slot,
    account_id  uuid NOT NULL REFERENCES account,
    module_code text NOT NULL REFERENCES module (code),
    accessible  boolean NOT NULL DEFAULT false,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN
                ('waiting', 'offered', 'taken', 'passed', 'left', 'ended')),
    seat_id     uuid REFERENCES seat,        -- the one that is or was offered
    joined_at   timestamptz NOT NULL,
    ended_at    timestamptz,
    CHECK ((state IN ('waiting', 'offered')) = (ended_at IS NULL)),
    CHECK (state NOT IN ('offered', 'taken') OR seat_id IS NOT NULL)
);
CREATE UNIQUE INDEX once_in_a_line ON waiting (slot_id, account_id)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX the_line ON waiting (slot_id, turn) WHERE state = 'waiting';
CREATE INDEX lines_of_student ON waiting (account_id) WHERE ended_at IS NULL;
CREATE INDEX waiting_of_seat ON waiting (seat_id) WHERE seat_id IS NOT NULL;

-- What was answered to a call with an idempotency key, in the transaction of the act.
CREATE TABLE answered (
    account_id uuid NOT NULL REFERENCES account,
    key        text NOT NULL CHECK (length(key) BETWEEN 8 AND 100),
    asked      bytea NOT NULL CHECK (length(asked) = 32),  -- a hash of the question
    answer     jsonb,
    at         timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX answers_by_time ON answered (at);
