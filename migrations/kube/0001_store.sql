-- The API server's store. One process writes (see kube.leader); everything is read back only when a server starts.

CREATE TABLE kube.leader (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    bigint NOT NULL,                          -- raised by whoever takes the lead; a commit names the epoch it was decided in
    revision bigint NOT NULL,                          -- the last revision in the log
    holder   uuid,                                     -- the process that leads
    taken_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);                              -- one row, updated by every commit: room for HOT updates on its page
INSERT INTO kube.leader (epoch, revision) VALUES (0, 0);

-- Every change, revisions contiguous from 1. No index but the key. Compaction drops whole partitions.
CREATE TABLE kube.log (
    revision        bigint   NOT NULL PRIMARY KEY,
    kind            smallint NOT NULL,                 -- 0 create, 1 update, 2 delete
    resource        text     COLLATE "C" NOT NULL,
    namespace       text     COLLATE "C" NOT NULL,
    name            text     COLLATE "C" NOT NULL,
    create_revision bigint   NOT NULL,
    value           bytea    NOT NULL                  -- JSON in UTF-8; for secrets the envelope
) PARTITION BY RANGE (revision);

CREATE TABLE kube.log_partition (
    name          name   PRIMARY KEY,
    from_revision bigint NOT NULL,                     -- inclusive
    to_revision   bigint NOT NULL                      -- exclusive
);

-- The newest version of every object, so that a start reads O(objects) and not the history.
CREATE TABLE kube.head (
    resource        text   COLLATE "C" NOT NULL,
    namespace       text   COLLATE "C" NOT NULL,
    name            text   COLLATE "C" NOT NULL,
    revision        bigint NOT NULL,
    create_revision bigint NOT NULL,
    value           bytea  NOT NULL,
    PRIMARY KEY (resource, namespace, name)
) WITH (fillfactor = 80);

-- pglz costs more processor time than a commit has to spare; lz4 does not, but a PostgreSQL may be built without it.
DO $$
BEGIN
    ALTER TABLE kube.head ALTER COLUMN value SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    ALTER TABLE kube.head ALTER COLUMN value SET STORAGE EXTERNAL;
END $$;

-- First statement of every commit: fails the transaction unless this process still leads and follows on the last revision.
-- The notification wakes followers once a batch.
CREATE FUNCTION kube.fence(at_epoch bigint, previous bigint, last bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kube.leader SET revision = last WHERE epoch = at_epoch AND revision = previous;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'epoch % at revision % does not lead', at_epoch, previous USING ERRCODE = 'PF001';
    END IF;
    PERFORM pg_notify('kube_log', last::text);
END $$;

-- Adds partitions of a size until the log has room up to a revision.
CREATE FUNCTION kube.extend_log(size bigint, upto bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lower bigint;
    partition name;
BEGIN
    LOOP
        SELECT coalesce(max(to_revision), (SELECT revision FROM kube.leader) + 1) INTO lower FROM kube.log_partition;
        EXIT WHEN lower > upto;
        partition := 'log_' || lower;
        EXECUTE format('CREATE TABLE kube.%I PARTITION OF kube.log FOR VALUES FROM (%s) TO (%s) WITH (toast_tuple_target = 8160, autovacuum_enabled = off)', partition, lower, lower + size);
        INSERT INTO kube.log_partition VALUES (partition, lower, lower + size);
    END LOOP;
END $$;

-- Drops the partitions that end at or below a revision; returns how many.
CREATE FUNCTION kube.compact_log(floor bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    old record;
    dropped int := 0;
BEGIN
    FOR old IN SELECT name FROM kube.log_partition WHERE to_revision <= floor ORDER BY from_revision LOOP
        EXECUTE format('DROP TABLE kube.%I', old.name);
        DELETE FROM kube.log_partition WHERE name = old.name;
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
