-- pre: chance that can be proved afterwards, and a rate for one student.

-- The rate a proctor gave this sitting's random looks; NULL: the policy's.
ALTER TABLE sitting
    ADD COLUMN random_per_hour float8 CHECK (random_per_hour BETWEEN 0.5 AND 60);

-- The sealed seed that every draw of a sitting comes from, and the SHA-256 of it that
-- was told at opening. Sittings from before have none.
CREATE TABLE sitting_seed (
    sitting_id uuid PRIMARY KEY REFERENCES sitting,
    sealed     bytea NOT NULL,
    commitment bytea NOT NULL CHECK (length(commitment) = 32)
);

CREATE FUNCTION seed_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a sitting keeps its seed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER seed_is_kept BEFORE UPDATE ON sitting_seed
    FOR EACH ROW EXECUTE FUNCTION seed_is_kept();

-- The draw that planned a look: its number among those of this kind, when and by which
-- numbers it was drawn. When it is due nobody can read here before it is: until then
-- due_at is 'infinity' and planned_at and ask are NULL.
ALTER TABLE look
    ADD COLUMN draw integer CHECK (draw > 0),
    ADD COLUMN drawn_at timestamptz,
    ADD COLUMN drawn_by jsonb,
    ADD COLUMN planned_at timestamptz,
    ADD CHECK ((draw IS NULL) = (drawn_at IS NULL)
               AND (draw IS NULL) = (drawn_by IS NULL)),
    ADD CHECK (planned_at IS NULL OR draw IS NOT NULL);

CREATE UNIQUE INDEX one_look_of_a_draw ON look (sitting_id, why, draw)
    WHERE draw IS NOT NULL;
CREATE INDEX veiled_looks ON look (drawn_at)
    WHERE due_at = 'infinity' AND judged_at IS NULL AND cancelled_at IS NULL;

CREATE FUNCTION look_keeps_its_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.draw, OLD.drawn_at, OLD.drawn_by)
        IS DISTINCT FROM (NEW.draw, NEW.drawn_at, NEW.drawn_by)
        OR (OLD.planned_at IS NOT NULL
            AND OLD.planned_at IS DISTINCT FROM NEW.planned_at)
    THEN
        RAISE EXCEPTION 'a look keeps its draw'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER look_keeps_its_draw BEFORE UPDATE ON look
    FOR EACH ROW EXECUTE FUNCTION look_keeps_its_draw();
