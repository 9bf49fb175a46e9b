-- pre: which page opened a test last, and since when its device has had it without a break.

-- Both are numbers that pages make up. NULL: a page that gave none.
ALTER TABLE exam
    ADD COLUMN opened_by    uuid,                        -- the page
    ADD COLUMN opened_on    uuid,                        -- its device
    ADD COLUMN opened_since integer NOT NULL DEFAULT 1,  -- the first epoch of an unbroken row of that device
    ADD CHECK (opened_since BETWEEN 1 AND epoch),
    ADD CHECK ((opened_by IS NULL) = (opened_on IS NULL));
