-- pre: letters to be sent. What they say is sealed, and wiped once they are gone.

CREATE TABLE outbox (
    letter_id    uuid PRIMARY KEY,
    channel      text NOT NULL CHECK (channel IN ('email', 'sms')),
    kind         text NOT NULL,
    about        uuid,      -- the account it is about, for the helpdesk
    sealed       bytea,
    posted_at    timestamptz NOT NULL,
    useful_until timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    lease_until  timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN
                 ('waiting', 'sent', 'shown', 'nobody', 'too_late', 'undeliverable')),
    settled_at   timestamptz,
    reason       text,
    CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CHECK (state <> 'waiting' OR sealed IS NOT NULL)
);

CREATE INDEX letters_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX letters_by_time ON outbox (posted_at);
CREATE INDEX letters_about ON outbox (about, posted_at DESC);
