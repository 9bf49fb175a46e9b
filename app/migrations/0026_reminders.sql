-- pre: reminders of seats, and how often a slot or centre was changed.

ALTER TABLE seat ADD COLUMN reminded_at timestamptz;
CREATE INDEX seats_to_remind ON seat (slot_id)
    WHERE state = 'booked' AND reminded_at IS NULL;
CREATE INDEX slots_by_start ON slot (starts_at);
CREATE INDEX slots_by_end ON slot (ends_at);

-- A calendar takes a change only with a higher number: these only ever grow.
ALTER TABLE slot ADD COLUMN changes integer NOT NULL DEFAULT 0;
ALTER TABLE slot ADD COLUMN changed_at timestamptz;
ALTER TABLE centre ADD COLUMN changes integer NOT NULL DEFAULT 0;
ALTER TABLE centre ADD COLUMN changed_at timestamptz;

CREATE FUNCTION slot_changes_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before integer := 0;
BEGIN
    -- What the former centre has counted stays counted in another one.
    IF NEW.centre_id <> OLD.centre_id THEN
        SELECT c.changes INTO before FROM centre c WHERE c.centre_id = OLD.centre_id;
    END IF;
    NEW.changes := OLD.changes + 1 + before;
    NEW.changed_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER slot_changes_are_counted BEFORE UPDATE ON slot FOR EACH ROW
    WHEN ((NEW.starts_at, NEW.ends_at, NEW.centre_id, NEW.cancelled_at)
          IS DISTINCT FROM (OLD.starts_at, OLD.ends_at, OLD.centre_id, OLD.cancelled_at))
    EXECUTE FUNCTION slot_changes_are_counted();

CREATE FUNCTION centre_changes_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changes := OLD.changes + 1;
    NEW.changed_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER centre_changes_are_counted BEFORE UPDATE ON centre FOR EACH ROW
    WHEN ((NEW.name, NEW.city, NEW.address, NEW.time_zone)
          IS DISTINCT FROM (OLD.name, OLD.city, OLD.address, OLD.time_zone))
    EXECUTE FUNCTION centre_changes_are_counted();
