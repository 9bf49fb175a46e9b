-- pre: the two incidents of one clip name each other; what became of an incident's pictures.

-- Both ways round, one row each: each is about one of the two students.
CREATE TABLE incident_twin (
    incident_id uuid NOT NULL REFERENCES incident,
    twin_id     uuid NOT NULL REFERENCES incident,
    found_at    timestamptz NOT NULL,
    PRIMARY KEY (incident_id, twin_id),
    CHECK (incident_id <> twin_id)
);

-- none: none came so far; unagreed: there were some, and the student does not agree to
-- keeping them; kept: they are there, or were. Not known of those before this.
ALTER TABLE incident
    ADD COLUMN pictures text CHECK (pictures IN ('none', 'unagreed', 'kept')),
    ADD COLUMN pictures_at timestamptz;
UPDATE incident i SET pictures = 'kept', pictures_at = e.first_at
FROM (SELECT incident_id, min(taken_at) AS first_at FROM evidence GROUP BY 1) e
WHERE e.incident_id = i.incident_id;
ALTER TABLE incident ALTER COLUMN pictures SET DEFAULT 'none';
