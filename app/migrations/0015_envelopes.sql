-- pre: one data key for each student and purpose, wrapped by a key outside the database;
-- how long things are kept, and what was erased.

CREATE TABLE data_key (
    data_key_id uuid NOT NULL UNIQUE,
    account_id  uuid NOT NULL REFERENCES account,
    purpose     text NOT NULL CHECK (purpose IN ('template', 'evidence', 'picture')),
    key_id      text NOT NULL CHECK (key_id ~ '^[a-z0-9-]{1,32}$'),
    wrapped     bytea NOT NULL CHECK (length(wrapped) = 61),
    made_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, purpose)
);

CREATE INDEX data_keys_wrapped_with ON data_key (key_id);

-- Templates that are not sealed go: workers make them anew from the photos. Pictures
-- that wait for a person were sealed with another key: their looks are taken again.
DELETE FROM reference;
ALTER TABLE reference RENAME COLUMN vector TO sealed;
UPDATE look SET cancelled_at = now()
 WHERE held_at IS NOT NULL AND judged_at IS NULL AND cancelled_at IS NULL;
DELETE FROM look_picture;

-- After its end no template is made, and a while later the one there is goes.
ALTER TABLE account
    ADD COLUMN programme_ends_on date,
    ADD COLUMN erased_at timestamptz,
    ADD CHECK (erased_at IS NULL OR (state = 'closed' AND email IS NULL
        AND mobile IS NULL AND password_hash IS NULL));

-- What the daily retention job did, signed.
CREATE TABLE retention_report (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day       date NOT NULL,
    made_at   timestamptz NOT NULL,
    signed    bytea NOT NULL
);

CREATE INDEX retention_reports_by_day ON retention_report (day);

-- A receipt names nobody: a keyed hash of the number tells whose it is.
CREATE TABLE erasure (
    erasure_id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account,
    erased_at  timestamptz NOT NULL,
    receipt    bytea NOT NULL
);
