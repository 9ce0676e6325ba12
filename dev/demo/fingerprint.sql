-- One line for each table: its name, how many rows it has, and a checksum of their content that does not depend on their order.
-- The last line is for everything else: columns, keys, indexes, views, owners, grants, settings, and where sequences stand.
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.short(text) RETURNS text LANGUAGE sql AS 'SELECT left(md5($1), 12)';
-- Grants that were never spoken out and the same grants written down are the same grants.
CREATE FUNCTION pg_temp.grants(kind "char", owner oid, acl aclitem[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', grantee::regrole, privilege_type, is_grantable), ',' ORDER BY grantee::regrole::text, privilege_type)
  FROM aclexplode(coalesce(acl, acldefault(kind, owner)))
$$;

SELECT 'bets', count(*), pg_temp.short(sum(hashtextextended(t::text, 0))::text) FROM bets t
UNION ALL SELECT 'horses', count(*), pg_temp.short(sum(hashtextextended(t::text, 0))::text) FROM horses t
UNION ALL SELECT 'odds_snapshots', count(*), pg_temp.short(sum(hashtextextended(t::text, 0))::text) FROM odds_snapshots t
UNION ALL SELECT 'races', count(*), pg_temp.short(sum(hashtextextended(t::text, 0))::text) FROM races t
UNION ALL SELECT 'runners', count(*), pg_temp.short(sum(hashtextextended(t::text, 0))::text) FROM runners t
UNION ALL SELECT 'users', count(*), pg_temp.short(sum(hashtextextended(t::text, 0))::text) FROM users t
ORDER BY 1;

WITH ours AS (
  SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
), things (thing) AS (
  SELECT concat_ws(' ', relkind, relname, relowner::regrole, pg_temp.grants('r', relowner, relacl), obj_description(oid, 'pg_class'))
    FROM ours
  UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity)
    FROM pg_attribute WHERE attrelid IN (SELECT oid FROM ours) AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid IN (SELECT oid FROM ours)
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN (SELECT oid FROM ours)
  UNION ALL SELECT pg_get_viewdef(oid) FROM ours WHERE relkind = 'v'
  UNION ALL SELECT concat_ws(' ', sequencename, start_value, increment_by, last_value)
    FROM pg_sequences WHERE schemaname = 'public'
  UNION ALL SELECT concat_ws(' ', datname, datdba::regrole, pg_temp.grants('d', datdba, datacl), setconfig)
    FROM pg_database LEFT JOIN pg_db_role_setting ON setdatabase = pg_database.oid WHERE datname = current_database()
  UNION ALL SELECT concat_ws(' ', hypertable_name, num_dimensions, num_chunks, owner) FROM timescaledb_information.hypertables
)
SELECT 'schema', count(*), pg_temp.short(string_agg(thing, E'\n' ORDER BY thing)) FROM things;
