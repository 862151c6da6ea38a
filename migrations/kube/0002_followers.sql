-- Several server processes on one database: a lease decides who may try to lead, the epoch decides whose commit counts.
-- All of it is judged by PostgreSQL's clock, so that the servers' clocks need not agree.

ALTER TABLE kube.leader
    ADD COLUMN renewed_at timestamptz NOT NULL DEFAULT '-infinity', -- when the leader was last heard of
    ADD COLUMN address    text        NOT NULL DEFAULT '';          -- where the leader takes writes: https://host:port

-- When a partition was found full; compaction counts its age from there.
ALTER TABLE kube.log_partition ADD COLUMN full_at timestamptz;

-- As before, and the commit renews the lease.
CREATE OR REPLACE FUNCTION kube.fence(at_epoch bigint, previous bigint, last bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kube.leader SET revision = last, renewed_at = clock_timestamp() WHERE epoch = at_epoch AND revision = previous;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'epoch % at revision % does not lead', at_epoch, previous USING ERRCODE = 'PF001';
    END IF;
    PERFORM pg_notify('kube_log', last::text);
END $$;

-- Renews the lease of a leader that has nothing to write.
CREATE FUNCTION kube.renew(at_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kube.leader SET renewed_at = clock_timestamp() WHERE epoch = at_epoch;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'epoch % does not lead', at_epoch USING ERRCODE = 'PF001';
    END IF;
END $$;

-- Takes the lead when the lease of whoever had it has run out, or when the caller has it already (after a lost connection).
-- Waits for a commit under way; what an older epoch commits later is refused by the fence. No row: another process leads.
CREATE FUNCTION kube.take_lead(by_holder uuid, at_address text, lease interval) RETURNS TABLE (new_epoch bigint, last_revision bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY UPDATE kube.leader
        SET epoch = epoch + 1, holder = by_holder, address = at_address, taken_at = now(), renewed_at = clock_timestamp()
        WHERE holder = by_holder OR renewed_at < clock_timestamp() - lease
        RETURNING epoch, revision;
END $$;

-- Gives the lead back, so that the next server need not wait for the lease.
CREATE FUNCTION kube.yield_lead(at_epoch bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE kube.leader SET renewed_at = '-infinity', address = '' WHERE epoch = at_epoch;
$$;

-- Attaching takes a weaker lock than creating a partition in place: a backup or a follower that reads the log does not hold up the writer.
CREATE OR REPLACE FUNCTION kube.extend_log(size bigint, upto bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lower bigint;
    partition name;
BEGIN
    LOOP
        SELECT coalesce(max(to_revision), (SELECT revision FROM kube.leader) + 1) INTO lower FROM kube.log_partition;
        EXIT WHEN lower > upto;
        partition := 'log_' || lower;
        EXECUTE format('CREATE TABLE kube.%I (LIKE kube.log INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION) WITH (toast_tuple_target = 8160, autovacuum_enabled = off)', partition);
        EXECUTE format('ALTER TABLE kube.log ATTACH PARTITION kube.%I FOR VALUES FROM (%s) TO (%s)', partition, lower, lower + size);
        INSERT INTO kube.log_partition VALUES (partition, lower, lower + size);
    END LOOP;
END $$;

DROP FUNCTION kube.compact_log(bigint);

-- Drops full partitions, oldest first: those that were full longer ago than the time, and those beyond the bytes. Returns how many went,
-- and the first revision that is left. The newest full partition stays, so that a follower that lags a moment need not load everything.
CREATE FUNCTION kube.compact_log(retain interval, most_bytes bigint) RETURNS TABLE (dropped int, floor bigint) LANGUAGE plpgsql AS $$
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

-- After a restore: no history, and revisions no client of the old history can have seen; whoever asks for one of them lists again (410).
CREATE FUNCTION kube.begin_anew(skip bigint) RETURNS TABLE (new_epoch bigint, first_revision bigint) LANGUAGE plpgsql AS $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT p.name FROM kube.log_partition p LOOP
        EXECUTE format('DROP TABLE kube.%I', old.name);
    END LOOP;
    DELETE FROM kube.log_partition;
    RETURN QUERY UPDATE kube.leader SET epoch = epoch + 1000, revision = revision + skip, holder = NULL, address = '', renewed_at = '-infinity' RETURNING epoch, revision;
END $$;
