-- pre: time in a test is looked at as in learning, and counts for no hours.

-- The one place where hours come from: dashboard, wall, statement, electives, booking
-- and `spom ledger verify` all read it.
CREATE OR REPLACE FUNCTION stretches_of(accounts uuid[], now timestamptz, reach interval,
                             modules text[] DEFAULT NULL)
    RETURNS TABLE (stretch_id bigint, sitting_id uuid, account_id uuid, module_code text,
                   since timestamptz, till timestamptz, is_open boolean, state text,
                   void_reason text)
    LANGUAGE sql STABLE AS $$
    SELECT x.stretch_id, x.sitting_id, x.account_id, x.module_code, x.started_at,
        coalesce(x.ended_at, greatest(x.started_at, least(now, p.seen_at + reach))),
        x.ended_at IS NULL, x.state, x.void_reason
    FROM stretch x JOIN sitting p ON p.sitting_id = x.sitting_id
    WHERE p.kind = 'learning' AND x.account_id = ANY (accounts)
      AND x.module_code = ANY (coalesce(modules, ARRAY(SELECT code FROM module)))
$$;
