-- What PostgreSQL 17 does not know.
CREATE TABLE zoo.computed (a integer, twice integer GENERATED ALWAYS AS (a * 2) VIRTUAL, b integer CONSTRAINT "b must be" NOT NULL);
INSERT INTO zoo.computed (a, b) VALUES (1, 1), (NULL, 2);
COMMENT ON CONSTRAINT "b must be" ON zoo.computed IS 'a NOT NULL with a name';
ALTER TABLE zoo.computed ADD CONSTRAINT unheeded CHECK (a > 100) NOT ENFORCED, ADD CONSTRAINT "a later" NOT NULL a NOT VALID;
CREATE TABLE zoo.stays (room int4range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE zoo.meals (room int4range, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES zoo.stays (room, PERIOD during));
INSERT INTO zoo.stays VALUES ('[1,2)', '[2026-01-01,2026-02-01)');
INSERT INTO zoo.meals VALUES ('[1,2)', '[2026-01-05,2026-01-06)');
CREATE VIEW zoo.uuids AS SELECT uuidv7() IS NOT NULL AS ok;
