-- What PostgreSQL 16 does not know.
CREATE TABLE zoo.endless (id integer, i interval);
INSERT INTO zoo.endless VALUES (1, 'infinity'), (2, '-infinity');
CREATE TABLE zoo.numbered (id bigint GENERATED ALWAYS AS IDENTITY (START 1000), k integer) PARTITION BY LIST (k);
CREATE TABLE zoo.numbered_1 PARTITION OF zoo.numbered FOR VALUES IN (1);
CREATE TABLE zoo.numbered_2 PARTITION OF zoo.numbered FOR VALUES IN (2);
INSERT INTO zoo.numbered (k) SELECT 1 + i % 2 FROM generate_series(1, 10) AS i;
GRANT MAINTAIN ON zoo.numbered TO zoo_app;
CREATE COLLATION zoo.builtin (provider = builtin, locale = 'C.UTF-8');
CREATE VIEW zoo.json_rows AS SELECT t.* FROM json_table(jsonb '[{"a": 1}, {"a": 2}]', '$[*]' COLUMNS (n FOR ORDINALITY, a integer PATH '$.a' DEFAULT 7 ON ERROR)) AS t;
