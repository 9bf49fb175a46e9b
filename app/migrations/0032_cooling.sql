-- pre: from when on the next go at a test may be begun, asked by booking and by tests alike.

-- Of goes that had begun, and not of those whose every question was withdrawn; by the
-- newest blueprint. NULL: at once.
CREATE FUNCTION cooling_till(of_account uuid, of_module text) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT max(e.ended_at) + make_interval(secs => (SELECT cooling_s FROM blueprint
        WHERE module_code = of_module ORDER BY version DESC LIMIT 1))
    FROM exam e WHERE e.account_id = of_account AND e.module_code = of_module
      AND e.started_at IS NOT NULL AND e.ended_at IS NOT NULL
      AND (SELECT g.of_points FROM exam_grade g WHERE g.exam_id = e.exam_id
           ORDER BY g.number DESC LIMIT 1) IS DISTINCT FROM 0
$$;
