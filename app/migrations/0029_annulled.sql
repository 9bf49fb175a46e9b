-- pre: what admins rule of a result: released after an upheld incident, annulled, reinstated.

-- The newest of an exam counts. `incidents`: those upheld that lay before whoever ruled.
CREATE TABLE exam_ruling (
    exam_id   uuid NOT NULL REFERENCES exam,
    number    integer NOT NULL CHECK (number > 0),
    what      text NOT NULL CHECK (what IN ('released', 'annulled', 'reinstated')),
    incidents uuid[] NOT NULL,
    why       text NOT NULL CHECK (length(why) BETWEEN 10 AND 500),
    ruled_by  uuid NOT NULL REFERENCES account,
    ruled_at  timestamptz NOT NULL,
    revoked   boolean NOT NULL,      -- this annulment took the certificate away
    PRIMARY KEY (exam_id, number),
    CHECK (NOT revoked OR what = 'annulled')
);

CREATE FUNCTION is_annulled(of_exam uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT what = 'annulled' FROM exam_ruling
        WHERE exam_id = of_exam ORDER BY number DESC LIMIT 1), false)
$$;

-- An annulment is taken back before anything else is ruled, and nothing else is.
CREATE FUNCTION rulings_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a ruling stays: rule anew'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF is_annulled(NEW.exam_id) <> (NEW.what = 'reinstated') THEN
        RAISE EXCEPTION 'this ruling does not follow the one before'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rulings_follow BEFORE INSERT OR UPDATE OR DELETE ON exam_ruling
    FOR EACH ROW EXECUTE FUNCTION rulings_follow();

CREATE FUNCTION no_certificate_of_what_is_annulled() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revoked_at IS NULL AND is_annulled(NEW.exam_id) THEN
        RAISE EXCEPTION 'of an annulled test no certificate holds'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_certificate_of_what_is_annulled BEFORE INSERT OR UPDATE ON certificate
    FOR EACH ROW EXECUTE FUNCTION no_certificate_of_what_is_annulled();
