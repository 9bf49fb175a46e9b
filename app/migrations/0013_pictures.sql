-- pre: looks that a person judges, for students whose face no machine compares.

-- Held: captured, its picture kept until a person has compared it.
ALTER TABLE look
    ADD COLUMN held_at timestamptz,
    ADD CHECK (held_at IS NULL OR asked_at IS NOT NULL);

DROP INDEX one_open_look_of_a_kind;
DROP INDEX due_looks;
CREATE UNIQUE INDEX one_open_look_of_a_kind ON look (sitting_id, why)
    WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL;
CREATE INDEX due_looks ON look (due_at)
    WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL;
CREATE INDEX held_looks ON look (held_at)
    WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NOT NULL;

-- Sealed with the deployment's secret, and gone with the decision.
CREATE TABLE look_picture (
    look_id uuid PRIMARY KEY REFERENCES look,
    sealed  bytea NOT NULL CHECK (length(sealed) BETWEEN 100 AND 4194304)
);
