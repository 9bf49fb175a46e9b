-- pre: all the ways into an account, and what keeps strangers out.

ALTER TABLE account
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN state text NOT NULL DEFAULT 'active'
        CHECK (state IN ('invited', 'active', 'closed')),
    ADD COLUMN email text CHECK (email ~ '^[^@\s]+@[^@\s]+$' AND length(email) <= 254),
    ADD COLUMN mobile text CHECK (mobile ~ '^\+[1-9][0-9]{6,14}$'),
    ADD COLUMN email_confirmed_at timestamptz,
    ADD COLUMN mobile_confirmed_at timestamptz,
    ADD COLUMN password_set_at timestamptz,
    ADD COLUMN language text NOT NULL DEFAULT 'en',
    ADD COLUMN time_zone text NOT NULL DEFAULT 'Asia/Kolkata';

UPDATE account SET password_set_at = created_at WHERE password_hash IS NOT NULL;

ALTER TABLE account
    ADD CHECK (state <> 'invited' OR password_hash IS NULL),
    ADD CHECK ((password_hash IS NULL) = (password_set_at IS NULL)),
    ADD CHECK (email IS NOT NULL OR email_confirmed_at IS NULL),
    ADD CHECK (mobile IS NOT NULL OR mobile_confirmed_at IS NULL);

-- A code goes to one person: nobody else may have confirmed the same number.
CREATE UNIQUE INDEX one_account_per_mobile ON account (mobile)
    WHERE mobile_confirmed_at IS NOT NULL;
CREATE INDEX accounts_by_mobile ON account (mobile);
CREATE INDEX accounts_by_email ON account (lower(email));

CREATE TABLE password_before (
    account_id    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    password_hash text NOT NULL,
    set_at        timestamptz NOT NULL,
    PRIMARY KEY (account_id, set_at)
);

-- A browser that has been logged in before. Its cookie is not a way in: it keeps
-- strangers' wrong passwords from locking the owner out.
CREATE TABLE device (
    device_id     uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    token_hash    bytea NOT NULL CHECK (length(token_hash) = 32),
    name          text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    proved_at     timestamptz,      -- a second factor was given here
    UNIQUE (account_id, token_hash)
);

-- Cookies of before are of no use: everybody logs in once more.
DELETE FROM login;
ALTER TABLE login
    ADD COLUMN login_id   uuid NOT NULL UNIQUE,
    ADD COLUMN device_id  uuid NOT NULL REFERENCES device ON DELETE CASCADE,
    ADD COLUMN remembered boolean NOT NULL,
    ADD COLUMN ways       text[] NOT NULL CHECK (cardinality(ways) > 0),
    ADD COLUMN proved_at  timestamptz NOT NULL,   -- last time the owner proved themselves
    ADD COLUMN network    text NOT NULL,
    ADD COLUMN place      text NOT NULL,
    ADD COLUMN challenge  bytea;   -- of a passkey that is being added

CREATE INDEX logins_of_device ON login (device_id);

-- Coming in, not yet in: what has been shown so far, held by one browser's cookie.
-- account_id NULL = nobody we know; everything else happens just the same. No foreign
-- key here and in the next two tables: checking it takes longer for a known name.
CREATE TABLE attempt (
    token_hash  bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    purpose     text NOT NULL
                CHECK (purpose IN ('log_in', 'prove', 'activate', 'confirm_email', 'confirm_mobile')),
    account_id  uuid,
    named       text NOT NULL,      -- what was typed to say who it is
    ways        text[] NOT NULL DEFAULT '{}',
    remember    boolean NOT NULL DEFAULT false,
    begun_at    timestamptz NOT NULL,
    tries       integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
    code_hash   bytea CHECK (length(code_hash) = 32),
    code_sent_at timestamptz,
    codes_sent  integer NOT NULL DEFAULT 0 CHECK (codes_sent BETWEEN 0 AND 5),
    contact     text,               -- the new e-mail or mobile that is to be confirmed
    challenge   bytea,              -- of a passkey
    go_on       text NOT NULL DEFAULT '/',
    CHECK ((code_hash IS NULL) OR (code_sent_at IS NOT NULL))
);

CREATE INDEX attempts_begun ON attempt (begun_at);

-- Wrong passwords and codes. `scope` is a keyed hash of who was named and from where
-- (a known device has its own), so unknown names are counted just like known ones.
CREATE TABLE lockout (
    scope        bytea PRIMARY KEY CHECK (length(scope) = 32),
    account_id   uuid,
    failures     integer NOT NULL CHECK (failures > 0),
    locks        integer NOT NULL DEFAULT 0,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);

CREATE INDEX lockouts_of_account ON lockout (account_id);
CREATE INDEX lockouts_by_age ON lockout (last_at);

CREATE TABLE reset_link (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id uuid,
    sent_at    timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE INDEX reset_links_of_account ON reset_link (account_id);

-- Second factors.
CREATE TABLE totp (
    account_id   uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    secret       bytea NOT NULL,    -- sealed
    made_at      timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step    bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_code (
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    code_hash  bytea NOT NULL CHECK (length(code_hash) = 32),
    made_at    timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash)
);

CREATE TABLE passkey (
    credential_id bytea PRIMARY KEY CHECK (length(credential_id) BETWEEN 1 AND 1023),
    account_id    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    public_key    bytea NOT NULL,
    sign_count    bigint NOT NULL,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    made_at       timestamptz NOT NULL,
    used_at       timestamptz
);

CREATE INDEX passkeys_of_account ON passkey (account_id);

-- A student who is on no roster, waiting for the helpdesk.
CREATE TABLE registration (
    registration_id uuid PRIMARY KEY,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    srn             text,
    email           text NOT NULL,
    mobile          text NOT NULL,
    photo           bytea NOT NULL CHECK (length(photo) BETWEEN 100 AND 2097152),
    asked_at        timestamptz NOT NULL,
    state           text NOT NULL DEFAULT 'waiting'
                    CHECK (state IN ('waiting', 'approved', 'refused')),
    decided_at      timestamptz,
    decided_by      uuid REFERENCES account,
    reason          text,
    account_id      uuid REFERENCES account,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((state = 'approved') = (account_id IS NOT NULL))
);

CREATE UNIQUE INDEX one_waiting_registration_per_person
    ON registration (lower(email)) WHERE state = 'waiting';

-- A new profile photo is a new face reference: a person looks first.
CREATE TABLE photo_request (
    request_id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    jpeg       bytea NOT NULL CHECK (length(jpeg) BETWEEN 100 AND 2097152),
    asked_at   timestamptz NOT NULL,
    state      text NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'approved', 'refused')),
    decided_at timestamptz,
    decided_by uuid REFERENCES account,
    reason     text,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK (state <> 'refused' OR reason IS NOT NULL)
);

CREATE UNIQUE INDEX one_waiting_photo_per_student
    ON photo_request (account_id) WHERE state = 'waiting';
