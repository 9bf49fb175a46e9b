-- pre: whose test has begun stays marked as there.

CREATE FUNCTION who_began_was_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM exam WHERE seat_id = NEW.seat_id AND started_at IS NOT NULL) THEN
        RAISE EXCEPTION 'their test has begun'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'who_began_was_there';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER who_began_was_there BEFORE UPDATE OF state ON seat
    FOR EACH ROW WHEN (OLD.state = 'attended' AND NEW.state <> 'attended')
    EXECUTE FUNCTION who_began_was_there();
