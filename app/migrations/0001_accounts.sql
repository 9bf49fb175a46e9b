-- pre: accounts, log-ins, profile photos and the references made from them.

CREATE TABLE account (
    account_id    uuid PRIMARY KEY,
    srn           text NOT NULL UNIQUE CHECK (srn = upper(srn) AND srn <> ''),
    name          text NOT NULL CHECK (name <> ''),
    role          text NOT NULL CHECK (role IN ('student', 'proctor', 'helpdesk', 'admin')),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL
);

-- A log-in on one device. The token itself is only in the browser's cookie.
CREATE TABLE login (
    token_hash   bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id   uuid NOT NULL REFERENCES account,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL
);

CREATE INDEX logins_of_account ON login (account_id);

CREATE TABLE profile_photo (
    photo_id    uuid PRIMARY KEY,
    account_id  uuid NOT NULL UNIQUE REFERENCES account,
    jpeg        bytea NOT NULL CHECK (length(jpeg) BETWEEN 100 AND 2097152),
    uploaded_at timestamptz NOT NULL
);

-- The face template of a photo, made once for each face pack by a worker.
CREATE TABLE reference (
    photo_id    uuid NOT NULL REFERENCES profile_photo ON DELETE CASCADE,
    pack        text NOT NULL,
    state       text NOT NULL CHECK (state IN ('wanted', 'made', 'refused')),
    reason      text,
    vector      bytea,
    lease_until timestamptz,
    PRIMARY KEY (photo_id, pack),
    CHECK ((state = 'made') = (vector IS NOT NULL)),
    CHECK ((state = 'refused') = (reason IS NOT NULL))
);
