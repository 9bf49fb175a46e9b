-- pre: a test that stayed paused ends by itself, and no proctor did it.

ALTER TABLE exam
    DROP CONSTRAINT exam_ended_why_check,
    ADD CONSTRAINT exam_ended_why_check CHECK (ended_why IN
        ('handed_in', 'deadline', 'proctor', 'left_paused', 'never_begun'));
