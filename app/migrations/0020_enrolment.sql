-- pre: templates made of the profile photo and of pictures taken at a device check.

CREATE TABLE enrolment (
    enrolment_id uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account,
    photo_id     uuid NOT NULL,
    pack         text NOT NULL,
    state        text NOT NULL DEFAULT 'capturing'
                     CHECK (state IN ('capturing', 'waiting', 'approved', 'refused')),
    began_at     timestamptz NOT NULL,
    taken_at     timestamptz,
    decided_at   timestamptz,
    decided_by   uuid REFERENCES account,
    reason       text,
    UNIQUE (photo_id, pack),
    FOREIGN KEY (photo_id, pack) REFERENCES reference ON DELETE CASCADE,
    CHECK ((state = 'capturing') = (taken_at IS NULL)),
    CHECK ((state IN ('approved', 'refused')) = (decided_at IS NOT NULL)),
    CHECK ((state = 'refused') = (reason IS NOT NULL)),
    CHECK (state <> 'refused' OR decided_by IS NOT NULL)
);

CREATE INDEX enrolments_that_wait ON enrolment (taken_at) WHERE state = 'waiting';
CREATE INDEX enrolments_of ON enrolment (account_id, began_at DESC);

-- Sealed, and gone when the template is made or refused. `clear`: nobody need compare it.
CREATE TABLE capture (
    enrolment_id uuid NOT NULL REFERENCES enrolment ON DELETE CASCADE,
    ask          text NOT NULL CHECK (ask IN ('front', 'left', 'right', 'up')),
    clear        boolean NOT NULL,
    vector       bytea NOT NULL CHECK (length(vector) BETWEEN 100 AND 65536),
    picture      bytea NOT NULL CHECK (length(picture) BETWEEN 100 AND 4194304),
    taken_at     timestamptz NOT NULL,
    PRIMARY KEY (enrolment_id, ask)
);

-- How many captures a template holds besides the photo.
ALTER TABLE reference ADD COLUMN captures integer NOT NULL DEFAULT 0 CHECK (captures >= 0);

-- Nobody's face drifts into another's: a template is made, enrolled once, and stays.
CREATE FUNCTION template_is_enrolled_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sealed IS NOT NULL
        AND (NEW.sealed, NEW.captures) IS DISTINCT FROM (OLD.sealed, OLD.captures)
        AND NOT (NEW.sealed IS NOT NULL AND OLD.captures = 0 AND NEW.captures > 0)
    THEN
        RAISE EXCEPTION 'a template is enrolled once and never updates itself'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER template_is_enrolled_once BEFORE UPDATE ON reference
    FOR EACH ROW EXECUTE FUNCTION template_is_enrolled_once();
