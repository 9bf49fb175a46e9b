-- pre: the check of a device: a sitting of its own kind, which never counts.

ALTER TABLE sitting
    DROP CONSTRAINT sitting_kind_check,
    ADD CHECK (kind IN ('learning', 'exam', 'check')),
    ALTER COLUMN module_code DROP NOT NULL,
    ADD CHECK ((kind = 'check') = (module_code IS NULL)),
    ADD CHECK (kind <> 'check' OR state IN ('checking_in', 'paused', 'ended'));

DROP INDEX one_open_sitting_per_student;
CREATE UNIQUE INDEX one_open_sitting_per_student
    ON sitting (account_id) WHERE state <> 'ended' AND kind <> 'check';
CREATE UNIQUE INDEX one_open_check_per_student
    ON sitting (account_id) WHERE state <> 'ended' AND kind = 'check';

CREATE TABLE device_check (
    check_id    uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account,
    sitting_id  uuid NOT NULL UNIQUE REFERENCES sitting,
    device_key  bytea NOT NULL CHECK (length(device_key) = 32),
    browser     text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    facts       jsonb,
    lines       jsonb,
    outcome     text CHECK (outcome IN ('pass', 'warning', 'fail')),
    CHECK ((finished_at IS NULL) = (outcome IS NULL)),
    CHECK ((finished_at IS NULL) = (lines IS NULL))
);

CREATE INDEX device_checks_of ON device_check (account_id, device_key, finished_at DESC);

-- What was found is kept with the sittings that were opened on its strength.
ALTER TABLE sitting ADD COLUMN check_id uuid REFERENCES device_check;
