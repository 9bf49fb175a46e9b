-- pre: proctors who look live at a sitting: who, why, from when until when.

-- until: when it ends at the latest; held_until: when it ends unless the page renews it.
CREATE TABLE live_view (
    view_id    uuid PRIMARY KEY,
    sitting_id uuid NOT NULL REFERENCES sitting,
    epoch      integer NOT NULL,
    viewed_by  uuid NOT NULL REFERENCES account,
    reason     text NOT NULL CHECK (length(reason) BETWEEN 3 AND 300),
    opened_at  timestamptz NOT NULL,
    until      timestamptz NOT NULL CHECK (until > opened_at),
    held_until timestamptz NOT NULL CHECK (held_until > opened_at),
    ended_at   timestamptz CHECK (ended_at >= opened_at)
);
CREATE UNIQUE INDEX one_open_view ON live_view (sitting_id, viewed_by)
    WHERE ended_at IS NULL;
CREATE INDEX views_of_sittings ON live_view (sitting_id, opened_at);
CREATE INDEX views_ended ON live_view (ended_at);
