-- pre: what the wall counts and what proctors write to a student.

-- Looks of the last hour, and how many of them passed.
CREATE INDEX looks_judged_lately ON look (judged_at) INCLUDE (verdict)
    WHERE judged_at IS NOT NULL;
CREATE INDEX incidents_of_sittings_open ON incident (sitting_id, raised_at DESC)
    WHERE state IN ('open', 'appealed', 'proposed');

CREATE TABLE sitting_message (
    message_id uuid PRIMARY KEY,
    sitting_id uuid NOT NULL REFERENCES sitting,
    sent_by    uuid NOT NULL REFERENCES account,
    words      text NOT NULL CHECK (length(words) BETWEEN 1 AND 500),
    sent_at    timestamptz NOT NULL,
    read_at    timestamptz CHECK (read_at >= sent_at)
);
CREATE INDEX messages_of_sitting ON sitting_message (sitting_id, sent_at);
