-- pre: sittings, stretches, looks and incidents.
-- The database itself keeps the promises: one open sitting per student, no second
-- counted twice, closed time never rewritten, one verdict per look.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE sitting (
    sitting_id      uuid PRIMARY KEY,
    account_id      uuid NOT NULL REFERENCES account,
    module_code     text NOT NULL REFERENCES module (code),
    kind            text NOT NULL DEFAULT 'learning' CHECK (kind IN ('learning', 'exam')),
    state           text NOT NULL
                    CHECK (state IN ('checking_in', 'running', 'paused', 'ended')),
    reason          text,
    epoch           integer NOT NULL CHECK (epoch > 0),
    failures        integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    doubt           text,
    verdict         text,
    looked_at       timestamptz,
    running_from    timestamptz,
    seen_at         timestamptz,
    finishing_since timestamptz,
    opened_at       timestamptz NOT NULL,
    ended_at        timestamptz,
    UNIQUE (sitting_id, account_id, module_code),
    CHECK ((state IN ('paused', 'ended')) = (reason IS NOT NULL)),
    CHECK ((state = 'running') = (running_from IS NOT NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);

CREATE UNIQUE INDEX one_open_sitting_per_student
    ON sitting (account_id) WHERE state <> 'ended';
CREATE INDEX open_sittings ON sitting (seen_at) WHERE state <> 'ended';
CREATE INDEX ended_sittings ON sitting (account_id, ended_at) WHERE state = 'ended';

-- An unbroken piece of running time. No end yet = still running.
CREATE TABLE stretch (
    stretch_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sitting_id  uuid NOT NULL,
    account_id  uuid NOT NULL,
    module_code text NOT NULL,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    state       text NOT NULL DEFAULT 'provisional'
                CHECK (state IN ('provisional', 'confirmed', 'void')),
    void_reason text,
    FOREIGN KEY (sitting_id, account_id, module_code)
        REFERENCES sitting (sitting_id, account_id, module_code),
    CHECK (ended_at >= started_at),
    CHECK (state = 'provisional' OR ended_at IS NOT NULL),
    CHECK ((state = 'void') = (void_reason IS NOT NULL)),
    CONSTRAINT no_second_counted_twice
        EXCLUDE USING gist (account_id WITH =, tstzrange(started_at, ended_at) WITH &&)
);

CREATE INDEX stretches_of_student ON stretch (account_id, module_code);
CREATE INDEX provisional_stretches ON stretch (account_id) WHERE state = 'provisional';

CREATE FUNCTION stretch_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'provisional' THEN
        RAISE EXCEPTION 'a closed stretch never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.sitting_id, OLD.account_id, OLD.module_code, OLD.started_at)
        IS DISTINCT FROM (NEW.sitting_id, NEW.account_id, NEW.module_code, NEW.started_at)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
    THEN
        RAISE EXCEPTION 'a stretch keeps its beginning, its end and its owner'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stretch_is_append_only BEFORE UPDATE OR DELETE ON stretch
    FOR EACH ROW EXECUTE FUNCTION stretch_is_append_only();

-- One decision to examine the student now; leased, tried, judged once.
CREATE TABLE look (
    look_id      uuid PRIMARY KEY,
    sitting_id   uuid NOT NULL REFERENCES sitting,
    why          text NOT NULL,
    due_at       timestamptz NOT NULL,
    lease_until  timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    asked_at     timestamptz,
    epoch        integer,
    judged_at    timestamptz,
    verdict      text,
    finding      jsonb,
    cancelled_at timestamptz,
    CHECK ((judged_at IS NULL) = (verdict IS NULL)),
    CHECK (judged_at IS NULL OR cancelled_at IS NULL),
    CHECK ((attempts = 0) = (asked_at IS NULL))
);

CREATE UNIQUE INDEX one_open_look_of_a_kind ON look (sitting_id, why)
    WHERE judged_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX due_looks ON look (due_at)
    WHERE judged_at IS NULL AND cancelled_at IS NULL;

CREATE FUNCTION look_is_judged_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.judged_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION 'a look is judged or cancelled once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER look_is_judged_once BEFORE UPDATE ON look
    FOR EACH ROW EXECUTE FUNCTION look_is_judged_once();

-- Something a person should judge.
CREATE TABLE incident (
    incident_id uuid PRIMARY KEY,
    sitting_id  uuid NOT NULL REFERENCES sitting,
    kind        text NOT NULL,
    look_id     uuid NOT NULL REFERENCES look,
    raised_at   timestamptz NOT NULL,
    UNIQUE (sitting_id, kind, look_id)
);

CREATE INDEX incidents_of_sitting ON incident (sitting_id, raised_at DESC);
