-- The log alone makes a write durable; the head follows it in its own time, many changes at once. A commit writes each value once, an object
-- that changes often is written to the head once a while, and a start reads the head and the little that the log holds behind it.

CREATE TABLE kube.head_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL                           -- kube.head shows the objects at this revision
) WITH (fillfactor = 10);
INSERT INTO kube.head_state (revision) SELECT revision FROM kube.leader;

-- Takes what the log holds behind the head into it, at most so many revisions. Returns how many are left. Everything it writes has been
-- committed and is taken in order, so it does not matter which process calls it; the row's lock lets one at a time.
CREATE FUNCTION kube.advance_head(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    at bigint;
    upto bigint;
    last bigint;
BEGIN
    SELECT revision INTO STRICT at FROM kube.head_state FOR UPDATE;
    SELECT revision, least(revision, at + most) INTO STRICT last, upto FROM kube.leader;
    IF upto <= at THEN
        RETURN 0;
    END IF;
    WITH newest AS MATERIALIZED (
        SELECT resource, namespace, name, max(revision) AS revision FROM kube.log WHERE revision > at AND revision <= upto GROUP BY resource, namespace, name
    ), w AS MATERIALIZED (
        SELECT l.* FROM newest n JOIN kube.log l ON l.revision = n.revision
    ), removed AS (
        DELETE FROM kube.head h USING w WHERE w.kind = 2 AND h.resource = w.resource AND h.namespace = w.namespace AND h.name = w.name
    )
    INSERT INTO kube.head AS h (resource, namespace, name, revision, create_revision, value)
    SELECT resource, namespace, name, revision, create_revision, value FROM w WHERE kind <> 2
    ON CONFLICT (resource, namespace, name) DO UPDATE
        SET revision = excluded.revision, create_revision = excluded.create_revision, value = excluded.value;
    UPDATE kube.head_state SET revision = upto;
    RETURN last - upto;
END $$;

-- The fence is part of the statement that writes the log.
DROP FUNCTION kube.fence(bigint, bigint, bigint);

-- As before, but what the head has not taken in stays.
CREATE OR REPLACE FUNCTION kube.compact_log(retain interval, most_bytes bigint) RETURNS TABLE (dropped int, floor bigint) LANGUAGE plpgsql AS $$
DECLARE
    old record;
    bytes bigint;
BEGIN
    dropped := 0;
    UPDATE kube.log_partition p SET full_at = clock_timestamp() FROM kube.leader l WHERE p.full_at IS NULL AND p.to_revision <= l.revision + 1;
    SELECT coalesce(sum(pg_total_relation_size(format('kube.%I', p.name)::regclass)), 0) INTO bytes FROM kube.log_partition p;
    FOR old IN
        SELECT p.name, p.full_at, pg_total_relation_size(format('kube.%I', p.name)::regclass) AS size FROM kube.log_partition p
        WHERE p.full_at IS NOT NULL AND p.to_revision < (SELECT max(q.to_revision) FROM kube.log_partition q WHERE q.full_at IS NOT NULL)
            AND p.to_revision <= (SELECT revision + 1 FROM kube.head_state)
        ORDER BY p.from_revision
    LOOP
        EXIT WHEN old.full_at > clock_timestamp() - retain AND bytes <= most_bytes;
        -- A reader of the log (a follower, a backup) holds the lock this needs: give up soon and come back later, the writer waits for nobody.
        PERFORM set_config('lock_timeout', '20ms', true);
        BEGIN
            EXECUTE format('DROP TABLE kube.%I', old.name);
        EXCEPTION WHEN lock_not_available THEN
            EXIT;
        END;
        DELETE FROM kube.log_partition p WHERE p.name = old.name;
        bytes := bytes - old.size;
        dropped := dropped + 1;
    END LOOP;
    SELECT min(p.from_revision) INTO floor FROM kube.log_partition p;
    RETURN NEXT;
END $$;

-- As before; the head takes in the whole log before that goes.
CREATE OR REPLACE FUNCTION kube.begin_anew(skip bigint) RETURNS TABLE (new_epoch bigint, first_revision bigint) LANGUAGE plpgsql AS $$
DECLARE
    old record;
BEGIN
    PERFORM kube.advance_head(skip);
    FOR old IN SELECT p.name FROM kube.log_partition p LOOP
        EXECUTE format('DROP TABLE kube.%I', old.name);
    END LOOP;
    DELETE FROM kube.log_partition;
    UPDATE kube.leader SET epoch = epoch + 1000, revision = revision + skip, holder = NULL, address = '', renewed_at = '-infinity';
    UPDATE kube.head_state h SET revision = l.revision FROM kube.leader l;
    RETURN QUERY SELECT epoch, revision FROM kube.leader;
END $$;
