-- pre: what a seat was when it was paid and when it ended, what of it its student knows, and tries to pay that failed.

-- Each is what `time_and_place` says: of a slot that we may change later.
ALTER TABLE seat
    ADD COLUMN as_booked jsonb,
    ADD COLUMN as_ended  jsonb,
    ADD COLUMN as_known  jsonb;  -- before we changed it; NULL: its student knows how it is
ALTER TABLE test_order ADD COLUMN failed_at timestamptz;  -- the last try to pay

CREATE FUNCTION time_and_place(of_slot uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('starts_at', s.starts_at, 'ends_at', s.ends_at,
        'time_zone', c.time_zone, 'centre', c.name, 'city', c.city, 'address', c.address)
    FROM slot s JOIN centre c USING (centre_id) WHERE s.slot_id = of_slot
$$;

CREATE FUNCTION a_seat_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.booked_at IS NOT NULL AND NEW.as_booked IS NULL THEN
        NEW.as_booked := time_and_place(NEW.slot_id);
    END IF;
    IF NEW.state IN ('offered', 'held', 'booked') THEN
        NEW.as_ended := NULL;  -- A mark at the door was taken back.
    ELSIF NEW.as_ended IS NULL THEN
        NEW.as_ended := time_and_place(NEW.slot_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_seat_is_kept BEFORE INSERT OR UPDATE OF state, booked_at ON seat
    FOR EACH ROW EXECUTE FUNCTION a_seat_is_kept();

-- What is so by now is the best that is known of seats of before.
UPDATE seat SET state = state;
