-- pre: when a portal is closed, announced ahead.

CREATE TABLE portal_window (
    window_id      uuid PRIMARY KEY,
    portal         text NOT NULL CHECK (portal IN ('learning', 'tests')),
    closed_from    timestamptz NOT NULL,
    closed_till    timestamptz NOT NULL,
    announced_from timestamptz NOT NULL CHECK (announced_from <= closed_from),
    reason         text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    made_by        uuid NOT NULL REFERENCES account,
    cancelled_at   timestamptz,
    CHECK (closed_till >= closed_from),
    CONSTRAINT windows_of_a_portal_never_overlap
        EXCLUDE USING gist (portal WITH =, tstzrange(closed_from, closed_till) WITH &&)
        WHERE (cancelled_at IS NULL)
);

CREATE INDEX windows_by_end ON portal_window (closed_till) WHERE cancelled_at IS NULL;
