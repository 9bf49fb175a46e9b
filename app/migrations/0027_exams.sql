-- pre: question banks, papers drawn from them, what students answered, and results.

-- A question keeps its name; what it asks is a version. A bank is all of a module's.
CREATE TABLE question (
    question_id uuid PRIMARY KEY,
    module_code text NOT NULL REFERENCES module (code),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    made_at     timestamptz NOT NULL,
    retired_at  timestamptz,              -- drawn for no paper any more
    UNIQUE (module_code, name),
    UNIQUE (question_id, module_code)
);

CREATE TABLE bank_import (
    import_id   uuid PRIMARY KEY,
    module_code text NOT NULL REFERENCES module (code),
    source      text NOT NULL CHECK (source IN ('gift', 'qti', 'csv', 'form')),
    made_by     uuid REFERENCES account,
    at          timestamptz NOT NULL,
    report      jsonb NOT NULL
);

CREATE TABLE question_version (
    question_id   uuid NOT NULL REFERENCES question,
    version       integer NOT NULL CHECK (version > 0),
    kind          text NOT NULL CHECK (kind IN ('single', 'multiple', 'numeric')),
    body          jsonb NOT NULL,         -- as exams/domain/questions.py writes it
    tags          text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 20),
    import_id     uuid REFERENCES bank_import,
    made_at       timestamptz NOT NULL,
    withdrawn_at  timestamptz,            -- graded for nobody any more
    withdrawn_by  uuid REFERENCES account,
    withdrawn_why text CHECK (length(withdrawn_why) BETWEEN 10 AND 500),
    PRIMARY KEY (question_id, version),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_why IS NULL))
);

CREATE FUNCTION a_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.question_id, NEW.version, NEW.kind, NEW.body, NEW.tags)
        IS DISTINCT FROM (OLD.question_id, OLD.version, OLD.kind, OLD.body, OLD.tags)
    THEN
        RAISE EXCEPTION 'a version of a question never changes: make another'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_version_stays BEFORE UPDATE OR DELETE ON question_version
    FOR EACH ROW EXECUTE FUNCTION a_version_stays();

-- Pictures of questions, kept by their hash; shown only to who has the question.
CREATE TABLE question_file (
    module_code text NOT NULL REFERENCES module (code),
    name        text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    sha256      bytea NOT NULL CHECK (length(sha256) = 32),
    media_type  text NOT NULL,
    size        bigint NOT NULL CHECK (size > 0),
    PRIMARY KEY (module_code, name)
);

-- What a paper of a module is made of. The newest counts for papers drawn from now on.
CREATE TABLE blueprint (
    module_code text NOT NULL REFERENCES module (code),
    version     integer NOT NULL CHECK (version > 0),
    parts       jsonb NOT NULL,           -- [{"tag": "...", "count": n}]
    duration_s  integer NOT NULL CHECK (duration_s BETWEEN 60 AND 43200),
    pass_mark   integer NOT NULL DEFAULT 50 CHECK (pass_mark BETWEEN 1 AND 100),
    cooling_s   integer NOT NULL DEFAULT 0 CHECK (cooling_s BETWEEN 0 AND 31536000),
    remote      boolean NOT NULL DEFAULT false,
    pause_stops_clock boolean NOT NULL DEFAULT true,
    made_by     uuid REFERENCES account,
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (module_code, version)
);

-- More time for who needs it.
CREATE TABLE accommodation (
    account_id    uuid PRIMARY KEY REFERENCES account,
    extra_percent integer NOT NULL CHECK (extra_percent BETWEEN 1 AND 200),
    reason        text NOT NULL CHECK (length(reason) BETWEEN 3 AND 500),
    granted_by    uuid NOT NULL REFERENCES account,
    granted_at    timestamptz NOT NULL
);

-- One go of one student at the test of a module.
CREATE TABLE exam (
    exam_id           uuid PRIMARY KEY,
    account_id        uuid NOT NULL REFERENCES account,
    module_code       text NOT NULL,
    blueprint_version integer NOT NULL,
    seat_id           uuid UNIQUE REFERENCES seat,   -- a seat is sat once
    seed              bytea NOT NULL CHECK (length(seed) = 32),
    state             text NOT NULL CHECK (state IN ('ready', 'running', 'paused', 'ended')),
    epoch             integer NOT NULL DEFAULT 1,    -- raised by whoever opens it anew
    drawn_at          timestamptz NOT NULL,
    duration_s        integer NOT NULL CHECK (duration_s > 0),  -- with extra time
    started_at        timestamptz,
    deadline_at       timestamptz,                   -- moves only while it is paused
    paused_at         timestamptz,
    ended_at          timestamptz,
    ended_why         text CHECK (ended_why IN ('handed_in', 'deadline', 'proctor', 'never_begun')),
    held_by           uuid REFERENCES account,       -- an admin's hold on the result
    held_why          text CHECK (length(held_why) BETWEEN 3 AND 500),
    held_at           timestamptz,
    told              text CHECK (told IN ('held', 'result')),  -- what was written of it
    FOREIGN KEY (module_code, blueprint_version) REFERENCES blueprint (module_code, version),
    UNIQUE (exam_id, account_id),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
    CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
    CHECK ((started_at IS NULL) = (deadline_at IS NULL)),
    CHECK (state NOT IN ('running', 'paused') OR started_at IS NOT NULL),
    CHECK ((held_at IS NULL) = (held_why IS NULL))
);
CREATE UNIQUE INDEX one_open_exam ON exam (account_id) WHERE state <> 'ended';
CREATE INDEX exams_to_end ON exam (deadline_at) WHERE state = 'running';
CREATE INDEX exams_of_student ON exam (account_id, drawn_at DESC);
CREATE INDEX exams_of_module ON exam (module_code, ended_at);
CREATE INDEX exams_to_tell ON exam (ended_at, exam_id)
    WHERE state = 'ended' AND told IS DISTINCT FROM 'result';
CREATE INDEX exams_by_end ON exam (ended_at DESC, exam_id DESC) WHERE state = 'ended';

-- The paper: which version at which place, its options in the order they are shown.
CREATE TABLE exam_question (
    exam_id     uuid NOT NULL REFERENCES exam,
    position    integer NOT NULL CHECK (position > 0),
    question_id uuid NOT NULL,
    version     integer NOT NULL,
    part_tag    text NOT NULL,               -- the part of the blueprint it was drawn for
    options     integer[] NOT NULL DEFAULT '{}',
    flagged     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (exam_id, position),
    UNIQUE (exam_id, question_id),
    FOREIGN KEY (question_id, version) REFERENCES question_version (question_id, version)
);
CREATE INDEX places_of_version ON exam_question (question_id, version);

-- Every answer that was acknowledged, as it was given. The highest turn of a place counts.
CREATE TABLE exam_answer (
    exam_id  uuid NOT NULL,
    position integer NOT NULL,
    turn     bigint NOT NULL CHECK (turn > 0),   -- counted by the page, so that none overtakes
    answer   jsonb NOT NULL,                     -- null: taken back
    at       timestamptz NOT NULL,
    PRIMARY KEY (exam_id, position, turn),
    FOREIGN KEY (exam_id, position) REFERENCES exam_question (exam_id, position)
);

CREATE FUNCTION answers_come_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    it exam;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'an acknowledged answer stays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO it FROM exam e WHERE e.exam_id = NEW.exam_id FOR SHARE;
    IF it.state <> 'running' OR NEW.at > it.deadline_at OR NEW.at < it.started_at THEN
        RAISE EXCEPTION 'this exam takes no answer at that time'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'answers_come_in_time';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answers_come_in_time BEFORE INSERT OR UPDATE OR DELETE ON exam_answer
    FOR EACH ROW EXECUTE FUNCTION answers_come_in_time();

-- What the browser tells of itself: events, not verdicts.
CREATE TABLE exam_event (
    exam_id uuid NOT NULL REFERENCES exam,
    number  integer NOT NULL CHECK (number BETWEEN 1 AND 2000),
    kind    text NOT NULL CHECK (kind IN ('left_full_screen', 'back_in_full_screen', 'hidden',
            'visible', 'copied', 'pasted', 'second_display', 'opened_elsewhere', 'printed')),
    at      timestamptz NOT NULL,
    PRIMARY KEY (exam_id, number)
);

-- Each grading is a row; the newest counts. `by_tag`: {"tag": [points, of]}
CREATE TABLE exam_grade (
    exam_id   uuid NOT NULL REFERENCES exam,
    number    integer NOT NULL CHECK (number > 0),
    points    numeric NOT NULL CHECK (points >= 0),
    of_points numeric NOT NULL CHECK (of_points >= 0),
    percent   numeric NOT NULL CHECK (percent BETWEEN 0 AND 100),
    passed    boolean NOT NULL,
    by_tag    jsonb NOT NULL,
    why       text NOT NULL CHECK (why IN ('first', 'withdrawn')),
    graded_at timestamptz NOT NULL,
    PRIMARY KEY (exam_id, number),
    CHECK (points <= of_points)
);

CREATE TABLE certificate (
    certificate_id uuid PRIMARY KEY,
    number     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    exam_id    uuid NOT NULL UNIQUE REFERENCES exam,
    account_id uuid NOT NULL REFERENCES account,
    issued_at  timestamptz NOT NULL,
    sealed     text NOT NULL,                -- the signed statement, as it is printed
    revoked_at timestamptz,
    revoked_why text,
    CHECK ((revoked_at IS NULL) = (revoked_why IS NULL))
);

CREATE FUNCTION what_was_graded_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a grade stays what it was: grade anew'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER what_was_graded_stays BEFORE UPDATE OR DELETE ON exam_grade
    FOR EACH ROW EXECUTE FUNCTION what_was_graded_stays();

ALTER TABLE sitting ADD COLUMN exam_id uuid REFERENCES exam,
    ADD CHECK (exam_id IS NULL OR kind = 'exam');
CREATE UNIQUE INDEX one_open_sitting_an_exam ON sitting (exam_id)
    WHERE exam_id IS NOT NULL AND state <> 'ended';
