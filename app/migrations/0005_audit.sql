-- pre: what people did, each act chained to the one before; nothing of it ever changes.

CREATE TABLE audit_event (
    seq      bigint PRIMARY KEY CHECK (seq > 0),
    at       timestamptz NOT NULL,
    by       uuid,      -- an account; NULL = the system or a command line
    what     text NOT NULL CHECK (what ~ '^[a-z_]+(\.[a-z_]+)+$'),
    whom     uuid,      -- an account
    details  text NOT NULL,
    previous bytea NOT NULL CHECK (length(previous) = 32),
    hash     bytea NOT NULL UNIQUE CHECK (length(hash) = 32)
);

CREATE INDEX audit_of_account ON audit_event (whom, seq DESC);

-- Where the chain ends. The MAC is by the deployment's secret, which is not in here.
CREATE TABLE audit_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq  bigint NOT NULL,
    hash bytea NOT NULL,
    mac  bytea NOT NULL
);

INSERT INTO audit_head (seq, hash, mac) VALUES (0, decode(repeat('00', 32), 'hex'), '');

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail never changes'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
