-- pre: events that the server itself notes have numbers of their own, which no page can use up.

ALTER TABLE exam_event
    DROP CONSTRAINT exam_event_number_check,
    ADD CONSTRAINT exam_event_number_check
        CHECK (number BETWEEN 1 AND 2000 OR number BETWEEN 10001 AND 12000);
