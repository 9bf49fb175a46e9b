-- pre: sentences to everybody, shown on every page while they are current.

CREATE TABLE notice (
    notice_id  uuid PRIMARY KEY,
    text       text NOT NULL CHECK (length(text) BETWEEN 1 AND 400),
    tone       text NOT NULL CHECK (tone IN ('information', 'warning')),
    audience   text NOT NULL CHECK (audience IN ('everybody', 'students', 'staff')),
    shown_from timestamptz NOT NULL,
    shown_till timestamptz NOT NULL,
    made_by    uuid NOT NULL REFERENCES account,
    CHECK (shown_till >= shown_from)
);

CREATE INDEX notices_by_end ON notice (shown_till);
