-- A term that lost its connection is taken up again only by the process that holds it still. Another one may have led meanwhile, committed
-- as many revisions and died: neither its expired lease nor the revision tells that, the holder does.

CREATE FUNCTION kube.resume_lead(by_holder uuid) RETURNS TABLE (new_epoch bigint, last_revision bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY UPDATE kube.leader
        SET epoch = epoch + 1, renewed_at = clock_timestamp()
        WHERE holder = by_holder
        RETURNING epoch, revision;
END $$;

CREATE OR REPLACE FUNCTION kube.take_lead(by_holder uuid, at_address text, lease interval) RETURNS TABLE (new_epoch bigint, last_revision bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY UPDATE kube.leader
        SET epoch = epoch + 1, holder = by_holder, address = at_address, taken_at = now(), renewed_at = clock_timestamp()
        WHERE renewed_at < clock_timestamp() - lease
        RETURNING epoch, revision;
END $$;

-- Whoever gives the lead back does not take it up again.
CREATE OR REPLACE FUNCTION kube.yield_lead(at_epoch bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE kube.leader SET renewed_at = '-infinity', address = '', holder = NULL WHERE epoch = at_epoch;
$$;
