-- pre: incidents collect what belongs together; people decide, students answer once.

ALTER TABLE incident
    ADD COLUMN account_id    uuid REFERENCES account,
    ADD COLUMN state         text NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'decided', 'appealed', 'proposed', 'closed')),
    ADD COLUMN choice        text
        CHECK (choice IN ('uphold', 'dismiss', 'warn', 'look', 'end')),
    ADD COLUMN last_at       timestamptz,
    ADD COLUMN settled_at    timestamptz,
    ADD COLUMN reviewer      uuid REFERENCES account,
    ADD COLUMN reviewed_till timestamptz,
    ADD CHECK ((state = 'open') = (choice IS NULL)),
    ADD CHECK ((reviewer IS NULL) = (reviewed_till IS NULL)),
    ALTER COLUMN look_id DROP NOT NULL,
    DROP CONSTRAINT incident_sitting_id_kind_look_id_key;
UPDATE incident i SET account_id = s.account_id, last_at = raised_at
FROM sitting s WHERE s.sitting_id = i.sitting_id;
ALTER TABLE incident
    ALTER COLUMN account_id SET NOT NULL,
    ALTER COLUMN last_at SET NOT NULL,
    ADD CHECK (last_at >= raised_at),
    ADD CONSTRAINT incident_of UNIQUE (incident_id, account_id);

CREATE INDEX incidents_to_review ON incident (raised_at)
    WHERE state IN ('open', 'appealed', 'proposed');
CREATE INDEX incidents_of_student ON incident (account_id, raised_at DESC);

-- What belongs to it. The same thing told twice is one part.
CREATE TABLE incident_part (
    incident_id uuid NOT NULL REFERENCES incident,
    kind        text NOT NULL,
    look_id     uuid REFERENCES look,
    at          timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (incident_id, kind, look_id, at)
);
CREATE UNIQUE INDEX a_look_is_part_once ON incident_part (look_id, kind);
INSERT INTO incident_part SELECT incident_id, kind, look_id, raised_at FROM incident;

-- Time that became void with it, which dismissing it restores.
CREATE TABLE incident_stretch (
    stretch_id  bigint PRIMARY KEY REFERENCES stretch,
    incident_id uuid NOT NULL REFERENCES incident
);
CREATE INDEX stretches_of_incident ON incident_stretch (incident_id);

-- First one person decides; an appeal is answered by another; to overturn takes a third.
CREATE TABLE incident_decision (
    incident_id uuid NOT NULL REFERENCES incident,
    step        text NOT NULL CHECK (step IN ('first', 'answer', 'confirm')),
    choice      text NOT NULL
                CHECK (choice IN ('uphold', 'dismiss', 'warn', 'look', 'end')),
    reason      text NOT NULL CHECK (length(reason) <= 500),
    decided_by  uuid NOT NULL REFERENCES account,
    decided_at  timestamptz NOT NULL,
    PRIMARY KEY (incident_id, step),
    CONSTRAINT another_person UNIQUE (incident_id, decided_by),
    CONSTRAINT say_why
        CHECK (choice NOT IN ('uphold', 'warn', 'end') OR length(reason) >= 10)
);
CREATE INDEX decisions_of_person ON incident_decision (decided_by, decided_at);

-- What the student says, once.
CREATE TABLE incident_appeal (
    incident_id uuid PRIMARY KEY,
    account_id  uuid NOT NULL,
    said        text NOT NULL CHECK (length(said) BETWEEN 10 AND 2000),
    said_at     timestamptz NOT NULL,
    FOREIGN KEY (incident_id, account_id) REFERENCES incident (incident_id, account_id)
);

CREATE FUNCTION what_is_said_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'decisions and appeals never change'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER a_decision_stays BEFORE UPDATE ON incident_decision
    FOR EACH ROW EXECUTE FUNCTION what_is_said_stays();
CREATE TRIGGER an_appeal_stays BEFORE UPDATE ON incident_appeal
    FOR EACH ROW EXECUTE FUNCTION what_is_said_stays();

-- Pictures of failed looks, sealed, in the object store. Never of a passed one.
CREATE TABLE evidence (
    object_key  text PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incident,
    account_id  uuid NOT NULL REFERENCES account,
    look_id     uuid NOT NULL REFERENCES look,
    number      smallint NOT NULL CHECK (number BETWEEN 0 AND 2),
    taken_at    timestamptz NOT NULL,
    UNIQUE (look_id, number)
);
CREATE INDEX evidence_of_incident ON evidence (incident_id, taken_at);
CREATE INDEX evidence_of_student ON evidence (account_id);

-- A dismissed incident gives its void time back: a correction by one person, bound to it.
ALTER TABLE correction
    ADD COLUMN incident_id uuid UNIQUE REFERENCES incident,
    DROP CONSTRAINT two_people,
    ADD CONSTRAINT two_people CHECK (
        decided_by <> account_id
        AND (decided_by <> asked_by OR (incident_id IS NOT NULL AND seconds > 0))),
    DROP CONSTRAINT correction_decided_as_check,
    ADD CONSTRAINT correction_decided_as_check CHECK (
        decided_as IN ('helpdesk', 'admin')
        OR (decided_as = 'proctor' AND incident_id IS NOT NULL));
