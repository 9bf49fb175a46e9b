-- pre: where a face jumped, until a look has decided whose it is.

-- jumped_from: the last good glance before the jump.
ALTER TABLE sitting
    ADD COLUMN jumped_from timestamptz,
    ADD CHECK (jumped_from IS NULL OR state = 'running');
