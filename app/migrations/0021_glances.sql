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
    ADD CHECK ((trouble IS NULL) = (trouble_since IS NULL)),
    ADD CHECK (doubt_from IS NULL OR state = 'running');
