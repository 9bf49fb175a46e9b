-- pre: time that could not be confirmed since we closed the portal is no gap.

CREATE FUNCTION learning_was_closed(since timestamptz, till timestamptz) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM portal_window
                   WHERE portal = 'learning' AND cancelled_at IS NULL
                     AND closed_from < till AND closed_till > since)
$$;
