-- What PostgreSQL 15 does not know.
CREATE VIEW zoo.is_json AS SELECT id, value IS JSON OBJECT WITH UNIQUE KEYS AS ok, json_array(id, 'x' NULL ON NULL RETURNING jsonb) AS a FROM zoo.texts;
CREATE TABLE zoo.stored_external (t text STORAGE EXTERNAL);
INSERT INTO zoo.stored_external VALUES (repeat('x', 100000));
