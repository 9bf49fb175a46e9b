-- pre: hours one can check: their one sum, corrections by two people, statements by mail.

-- A stretch can be named together with whose it is and of which module.
ALTER TABLE stretch ADD CONSTRAINT stretch_of UNIQUE (stretch_id, account_id, module_code);

-- Time that a person grants or takes away. A row of its own: no stretch is rewritten.
CREATE TABLE correction (
    correction_id uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account,
    module_code   text NOT NULL REFERENCES module (code),
    seconds       integer NOT NULL CHECK (seconds <> 0 AND abs(seconds) <= 360000),
    reason        text NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
    stretch_id    bigint,
    asked_by      uuid NOT NULL REFERENCES account,
    asked_as      text NOT NULL CHECK (asked_as IN ('helpdesk', 'admin', 'proctor')),
    asked_at      timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'asked'
                  CHECK (state IN ('asked', 'approved', 'refused', 'withdrawn')),
    decided_by    uuid REFERENCES account,
    decided_as    text CHECK (decided_as IN ('helpdesk', 'admin')),
    decided_at    timestamptz,
    FOREIGN KEY (stretch_id, account_id, module_code)
        REFERENCES stretch (stretch_id, account_id, module_code),
    CHECK (asked_by <> account_id),
    CONSTRAINT two_people CHECK (decided_by <> asked_by AND decided_by <> account_id),
    CHECK ((state = 'asked') = (decided_at IS NULL)),
    CHECK ((state IN ('approved', 'refused')) = (decided_by IS NOT NULL)),
    CHECK ((decided_by IS NULL) = (decided_as IS NULL)),
    CHECK (decided_at >= asked_at)
);

CREATE INDEX corrections_of_student ON correction (account_id, module_code);
CREATE INDEX corrections_waiting ON correction (asked_at) WHERE state = 'asked';
-- A form that is sent twice asks once.
CREATE UNIQUE INDEX one_waiting_correction ON correction
    (account_id, module_code, seconds, coalesce(stretch_id, 0)) WHERE state = 'asked';

-- Exact: microseconds are how finely the database itself knows a time.
CREATE FUNCTION length_us(since timestamptz, till timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM till - since) * 1000000)::bigint
$$;

-- Every stretch with how far it reaches. An open one has reached the last presence, and
-- one checkpoint's length more while presence is fresh. `modules` NULL: of all.
CREATE FUNCTION stretches_of(accounts uuid[], now timestamptz, reach interval,
                             modules text[] DEFAULT NULL)
    RETURNS TABLE (stretch_id bigint, sitting_id uuid, account_id uuid, module_code text,
                   since timestamptz, till timestamptz, is_open boolean, state text,
                   void_reason text)
    LANGUAGE sql STABLE AS $$
    SELECT x.stretch_id, x.sitting_id, x.account_id, x.module_code, x.started_at,
        coalesce(x.ended_at, greatest(x.started_at, least(now, p.seen_at + reach))),
        x.ended_at IS NULL, x.state, x.void_reason
    FROM stretch x JOIN sitting p ON p.sitting_id = x.sitting_id
    WHERE x.account_id = ANY (accounts)
      AND x.module_code = ANY (coalesce(modules, ARRAY(SELECT code FROM module)))
$$;

-- The one sum of hours, in microseconds: the dashboard, the wall, the statement, the
-- electives and `spom ledger verify` all read it, so that they cannot disagree.
CREATE FUNCTION hours_of(accounts uuid[], now timestamptz, reach interval,
                         modules text[] DEFAULT NULL)
    RETURNS TABLE (account_id uuid, module_code text, confirmed_us bigint,
                   provisional_us bigint, void_us bigint, corrected_us bigint)
    LANGUAGE sql STABLE AS $$
    SELECT t.account_id, t.module_code,
        coalesce(sum(t.us) FILTER (WHERE t.state IN ('confirmed', 'corrected')), 0)::bigint,
        coalesce(sum(t.us) FILTER (WHERE t.state = 'provisional'), 0)::bigint,
        coalesce(sum(t.us) FILTER (WHERE t.state = 'void'), 0)::bigint,
        coalesce(sum(t.us) FILTER (WHERE t.state = 'corrected'), 0)::bigint
    FROM (SELECT s.account_id, s.module_code, s.state, length_us(s.since, s.till) AS us
          FROM stretches_of(accounts, now, reach, modules) s
          UNION ALL
          SELECT c.account_id, c.module_code, 'corrected', c.seconds * 1000000::bigint
          FROM correction c WHERE c.state = 'approved' AND c.account_id = ANY (accounts)
            AND c.module_code = ANY (coalesce(modules, ARRAY(SELECT code FROM module)))
         ) t
    GROUP BY 1, 2
$$;

CREATE FUNCTION correction_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'asked' THEN
        RAISE EXCEPTION 'a decided correction never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.correction_id, OLD.account_id, OLD.module_code, OLD.seconds, OLD.reason,
        OLD.stretch_id, OLD.asked_by, OLD.asked_as, OLD.asked_at)
        IS DISTINCT FROM (NEW.correction_id, NEW.account_id, NEW.module_code, NEW.seconds,
        NEW.reason, NEW.stretch_id, NEW.asked_by, NEW.asked_as, NEW.asked_at)
    THEN
        RAISE EXCEPTION 'a correction keeps what was asked'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER correction_is_decided_once BEFORE UPDATE OR DELETE ON correction
    FOR EACH ROW EXECUTE FUNCTION correction_is_decided_once();

-- Nobody is approved in one step: what is inserted waits.
CREATE FUNCTION correction_is_asked_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'asked' THEN
        RAISE EXCEPTION 'a correction is asked before it is decided'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER correction_is_asked_first BEFORE INSERT ON correction
    FOR EACH ROW EXECUTE FUNCTION correction_is_asked_first();

-- Confirmed stretches only grow, so approving is the one act that could take too much.
-- The account's row is the lock: of two approvals the second sees what the first took.
CREATE FUNCTION hours_stay_above_zero() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    left_us bigint;
BEGIN
    PERFORM FROM account a WHERE a.account_id = NEW.account_id FOR NO KEY UPDATE;
    SELECT h.confirmed_us INTO left_us
    FROM hours_of(ARRAY[NEW.account_id], NEW.decided_at, interval '0') h
    WHERE h.module_code = NEW.module_code;
    IF coalesce(left_us, 0) < 0 THEN
        RAISE EXCEPTION 'more would be taken away than is confirmed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hours_stay_above_zero';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER hours_stay_above_zero AFTER UPDATE ON correction
    FOR EACH ROW WHEN (NEW.state = 'approved')
    EXECUTE FUNCTION hours_stay_above_zero();

-- The same hour for everybody: corrections count towards it.
CREATE OR REPLACE FUNCTION elective_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.module_code = OLD.module_code THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM hours_of(ARRAY[OLD.account_id], now(), interval '0') h
               WHERE h.module_code = OLD.module_code AND h.confirmed_us >= 3600000000)
    THEN
        RAISE EXCEPTION 'an hour of this elective is confirmed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'elective_is_kept';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- A daily statement by mail, for who asked for it: the last day that is settled, and when
-- the next midnight of the student's own time zone is.
ALTER TABLE account
    ADD COLUMN statement_mail   boolean NOT NULL DEFAULT false,
    ADD COLUMN statement_day    date,
    ADD COLUMN statement_due_at timestamptz,
    ADD CHECK (NOT statement_mail
               OR (statement_day IS NOT NULL AND statement_due_at IS NOT NULL));

CREATE INDEX statements_due ON account (statement_due_at) WHERE statement_mail;

-- Each day is told once, whoever runs twice or late.
CREATE TABLE statement_sent (
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    day        date NOT NULL,
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, day)
);
