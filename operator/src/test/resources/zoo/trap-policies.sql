-- A materialized view that is filled by way of policies. pg_restore turns row_security off, so that its REFRESH fails,
-- unless --enable-row-security is given.
CREATE VIEW zoo.people_seen AS SELECT id, name FROM zoo.people;
ALTER VIEW zoo.people_seen OWNER TO zoo_app;
CREATE POLICY for_the_view ON zoo.people FOR SELECT TO zoo_app USING (id < 3);
GRANT SELECT ON zoo.egg TO zoo_app;
CREATE MATERIALIZED VIEW zoo.people_kept AS SELECT * FROM zoo.people_seen;
