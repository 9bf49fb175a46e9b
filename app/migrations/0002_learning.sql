-- pre: what there is to study: sets, modules, topics.

CREATE TABLE study_set (
    code      text PRIMARY KEY CHECK (code ~ '^[A-Z]$'),
    title     text NOT NULL,
    mandatory boolean NOT NULL
);

CREATE TABLE module (
    code     text PRIMARY KEY CHECK (code ~ '^[A-Z0-9]{2,12}$'),
    set_code text NOT NULL REFERENCES study_set,
    title    text NOT NULL,
    hours    numeric NOT NULL CHECK (hours > 0),
    summary  text NOT NULL,
    position integer NOT NULL
);

CREATE TABLE topic (
    module_code text NOT NULL REFERENCES module (code),
    code        text NOT NULL CHECK (code ~ '^[a-z0-9-]{1,60}$'),
    title       text NOT NULL,
    minutes     integer NOT NULL CHECK (minutes > 0),
    position    integer NOT NULL,
    body        text NOT NULL,
    PRIMARY KEY (module_code, code)
);
