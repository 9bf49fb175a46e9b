-- pre: consent before any camera use, and no template without it.

CREATE TABLE consent (
    consent_id   uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account,
    purpose      text NOT NULL CHECK (purpose IN ('camera', 'biometrics', 'evidence')),
    version      integer NOT NULL CHECK (version > 0),
    given_at     timestamptz NOT NULL,
    given_on     text NOT NULL,
    withdrawn_at timestamptz,
    stands       boolean NOT NULL DEFAULT true,
    CHECK (stands = (withdrawn_at IS NULL)),
    CHECK (withdrawn_at >= given_at),
    UNIQUE (consent_id, account_id, purpose, stands)
);

CREATE UNIQUE INDEX one_standing_consent ON consent (account_id, purpose) WHERE stands;
CREATE INDEX consents_of_account ON consent (account_id, given_at);

CREATE FUNCTION consent_is_withdrawn_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NOT OLD.stands OR (NEW.consent_id, NEW.account_id, NEW.purpose,
        NEW.version, NEW.given_at, NEW.given_on) IS DISTINCT FROM (OLD.consent_id,
        OLD.account_id, OLD.purpose, OLD.version, OLD.given_at, OLD.given_on)
    THEN
        RAISE EXCEPTION 'a consent is withdrawn once and never rewritten'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consent_is_withdrawn_once BEFORE UPDATE OR DELETE ON consent
    FOR EACH ROW EXECUTE FUNCTION consent_is_withdrawn_once();

-- Templates made before there was consent go; they are made anew once it is given.
DELETE FROM reference;
ALTER TABLE profile_photo ADD UNIQUE (photo_id, account_id);
ALTER TABLE reference
    ADD COLUMN account_id uuid NOT NULL,
    ADD COLUMN consent_id uuid NOT NULL,
    ADD COLUMN purpose    text NOT NULL DEFAULT 'biometrics' CHECK (purpose = 'biometrics'),
    ADD COLUMN stands     boolean NOT NULL DEFAULT true CHECK (stands),
    ADD CONSTRAINT of_the_same_person FOREIGN KEY (photo_id, account_id)
        REFERENCES profile_photo (photo_id, account_id) ON DELETE CASCADE,
    ADD CONSTRAINT no_template_without_consent
        FOREIGN KEY (consent_id, account_id, purpose, stands)
        REFERENCES consent (consent_id, account_id, purpose, stands);

-- Who declines biometrics is checked by a person, if the institution says so.
ALTER TABLE account
    ADD COLUMN checked_by text NOT NULL DEFAULT 'machine'
        CHECK (checked_by IN ('machine', 'person')),
    ADD COLUMN person_wished_at timestamptz;
