-- pre: modules with their files and history, electives, what a student keeps of a topic.

ALTER TABLE study_set ADD COLUMN retired_at timestamptz;

ALTER TABLE module
    ADD COLUMN pass_mark  integer NOT NULL DEFAULT 50 CHECK (pass_mark BETWEEN 1 AND 100),
    ADD COLUMN fee_minor  bigint NOT NULL DEFAULT 50000 CHECK (fee_minor >= 0),
    ADD COLUMN currency   text NOT NULL DEFAULT 'INR' CHECK (currency ~ '^[A-Z]{3}$'),
    ADD COLUMN retired_at timestamptz,
    ADD CONSTRAINT module_of_set UNIQUE (code, set_code);

ALTER TABLE topic
    ADD COLUMN video      text,
    ADD COLUMN captions   text,
    ADD COLUMN retired_at timestamptz;

CREATE TABLE content_import (
    import_id uuid PRIMARY KEY,
    at        timestamptz NOT NULL,
    report    jsonb NOT NULL
);

-- Every text a topic ever had: what was read on a day can be read again.
CREATE TABLE topic_version (
    module_code text NOT NULL,
    topic_code  text NOT NULL,
    import_id   uuid NOT NULL REFERENCES content_import,
    title       text NOT NULL,
    minutes     integer NOT NULL,
    body        text NOT NULL,
    PRIMARY KEY (module_code, topic_code, import_id),
    FOREIGN KEY (module_code, topic_code) REFERENCES topic (module_code, code)
);

CREATE TABLE content_file (
    module_code text NOT NULL REFERENCES module (code),
    name        text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    sha256      bytea NOT NULL CHECK (length(sha256) = 32),
    media_type  text NOT NULL,
    size        bigint NOT NULL CHECK (size > 0),
    PRIMARY KEY (module_code, name)
);

-- The module a student picked of a set.
CREATE TABLE elective (
    account_id  uuid NOT NULL REFERENCES account,
    set_code    text NOT NULL REFERENCES study_set,
    module_code text NOT NULL,
    chosen_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, set_code),
    FOREIGN KEY (module_code, set_code) REFERENCES module (code, set_code)
);

-- It can change until an hour of the module it would leave is confirmed.
CREATE FUNCTION elective_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.module_code = OLD.module_code THEN
        RETURN NEW;
    END IF;
    IF (SELECT coalesce(sum(extract(epoch FROM ended_at - started_at)), 0) FROM stretch
        WHERE account_id = OLD.account_id AND module_code = OLD.module_code
          AND state = 'confirmed') >= 3600
    THEN
        RAISE EXCEPTION 'an hour of this elective is confirmed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'elective_is_kept';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER elective_is_kept BEFORE UPDATE OR DELETE ON elective
    FOR EACH ROW EXECUTE FUNCTION elective_is_kept();

-- Where a student is in a topic. Says nothing about time.
CREATE TABLE topic_progress (
    account_id  uuid NOT NULL REFERENCES account,
    module_code text NOT NULL,
    topic_code  text NOT NULL,
    opened_at   timestamptz NOT NULL,
    place       real NOT NULL DEFAULT 0 CHECK (place BETWEEN 0 AND 1),
    video_s     real NOT NULL DEFAULT 0 CHECK (video_s BETWEEN 0 AND 86400),
    done_at     timestamptz,
    PRIMARY KEY (account_id, module_code, topic_code),
    FOREIGN KEY (module_code, topic_code) REFERENCES topic (module_code, code)
);

-- A student's own words beside a topic; `version` tells two tabs apart.
CREATE TABLE note (
    account_id  uuid NOT NULL REFERENCES account,
    module_code text NOT NULL,
    topic_code  text NOT NULL,
    text        text NOT NULL CHECK (length(text) <= 20000),
    version     integer NOT NULL CHECK (version > 0),
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (account_id, module_code, topic_code),
    FOREIGN KEY (module_code, topic_code) REFERENCES topic (module_code, code)
);

-- Which topic was open from when, as the page told it: labels for time, no time.
CREATE TABLE reading (
    sitting_id uuid NOT NULL REFERENCES sitting,
    at         timestamptz NOT NULL,
    topic_code text NOT NULL,
    PRIMARY KEY (sitting_id, at)
);

-- When the student last did something on the page, and which browser it is open in.
ALTER TABLE sitting
    ADD COLUMN active_at timestamptz,
    ADD COLUMN opened_on text;
