-- pre: glances between looks, and turns of the head that a look asks for.

ALTER TABLE look ADD COLUMN ask text CHECK (ask IN ('front', 'left', 'right', 'up'));

-- glanced_at: the last glance that saw the same face go on; doubt_from: since then
-- nobody vouches for who it is; trouble: what glances see instead of one face.
ALTER TABLE sitting
    ADD COLUMN glanced_at timestamptz,
    ADD COLUMN doubt_from timestamptz,
    ADD COLUMN doubted_at timestamptz,
    ADD COLUMN trouble text CHECK (trouble IN ('empty', 'several', 'unseen')),
    ADD COLUMN trouble_since timestamptz,
    ADD COLUMN IF NOT EXISTS risk real NOT NULL DEFAULT 0
        CHECK (risk BETWEEN 0 AND 1),
    ADD CHECK ((trouble IS NULL) = (trouble_since IS NULL)),
    ADD CHECK (doubt_from IS NULL OR state = 'running');

-- Signs that a picture may not be a student: counted, never a verdict.
CREATE TABLE sign (
    sitting_id uuid NOT NULL REFERENCES sitting,
    sign       text NOT NULL CHECK (sign IN ('frozen', 'repeated_clip', 'same_clip',
                   'lifeless', 'virtual_camera', 'broken')),
    times      integer NOT NULL DEFAULT 1 CHECK (times > 0),
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL CHECK (last_at >= first_at),
    asked_at   timestamptz,
    PRIMARY KEY (sitting_id, sign)
);
