-- pre: which page has a test, so that a page can tell its own opening, whose answer got lost, from another's.

ALTER TABLE exam
    ADD COLUMN page text CHECK (length(page) BETWEEN 8 AND 40),  -- that opened it last
    ADD COLUMN page_since integer NOT NULL DEFAULT 1,  -- the epoch from which on it has it
    ADD COLUMN page_before text,                       -- that had it before
    ADD CHECK (page_since BETWEEN 1 AND epoch);
