-- pre: the payment provider of development, and how often a refund was tried.

-- A person may have a refused refund tried again. For the provider that is another
-- refund: it would answer the same name with the same refusal.
ALTER TABLE refund ADD COLUMN tries integer NOT NULL DEFAULT 1 CHECK (tries > 0);

CREATE TABLE sandbox_order (
    sandbox_order text PRIMARY KEY,
    order_id      text NOT NULL,             -- as we were told it, like any provider
    number        bigint NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
    currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    made_at       timestamptz NOT NULL
);

CREATE TABLE sandbox_payment (
    sandbox_payment text PRIMARY KEY,
    sandbox_order   text NOT NULL REFERENCES sandbox_order,
    amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
    currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    paid_at         timestamptz NOT NULL,
    refuses_refunds boolean NOT NULL DEFAULT false
);
CREATE INDEX sandbox_payments_of_order ON sandbox_payment (sandbox_order);
CREATE INDEX sandbox_payments_by_time ON sandbox_payment (paid_at);

CREATE TABLE sandbox_refund (
    sandbox_refund  text PRIMARY KEY,
    refund_id       text NOT NULL UNIQUE,    -- our name of it: said twice, one refund
    sandbox_payment text NOT NULL REFERENCES sandbox_payment,
    amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
    made_at         timestamptz NOT NULL,
    ready_at        timestamptz NOT NULL
);
CREATE INDEX sandbox_refunds_of_payment ON sandbox_refund (sandbox_payment);
CREATE INDEX sandbox_refunds_by_time ON sandbox_refund (made_at);
