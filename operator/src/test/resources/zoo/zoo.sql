-- A database of all that is easily lost or changed on the way through a dump. Nothing in it depends on the moment: two of them are equal.
-- zoo-16.sql and its like have what older majors do not know. The roles are made by Zoo: they belong to a server, not to a database.

SET client_min_messages = error;
SET search_path = pg_catalog;
SET check_function_bodies = on;
SET TimeZone = 'UTC';

-- Schemas, their owners and who may what in them -----------------------------------------------------------------------------------

CREATE SCHEMA zoo AUTHORIZATION zoo_owner;
CREATE SCHEMA "Ürün" AUTHORIZATION "Mixed Role";
CREATE SCHEMA "表";
CREATE SCHEMA "dotted.name" AUTHORIZATION zoo_app;
CREATE SCHEMA "Mixed ""Case"" Schema";
CREATE SCHEMA empty_one AUTHORIZATION zoo_owner;
GRANT USAGE ON SCHEMA zoo TO zoo_app WITH GRANT OPTION;
GRANT USAGE, CREATE ON SCHEMA zoo TO "Mixed Role";
GRANT USAGE ON SCHEMA "表" TO PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO zoo_app;
COMMENT ON SCHEMA zoo IS E'with ''quotes'', "double" ones,\na new line and a \\ backslash';
COMMENT ON SCHEMA "表" IS '表 is a table';

ALTER DEFAULT PRIVILEGES FOR ROLE zoo_owner IN SCHEMA zoo GRANT SELECT, INSERT ON TABLES TO zoo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE zoo_owner IN SCHEMA zoo GRANT USAGE ON SEQUENCES TO "Mixed Role" WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE zoo_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "Mixed Role" GRANT ALL ON TABLES TO zoo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE zoo_app GRANT USAGE ON SCHEMAS TO zoo_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE zoo_app REVOKE USAGE ON TYPES FROM PUBLIC;

-- Types ----------------------------------------------------------------------------------------------------------------------------

CREATE TYPE zoo.mood AS ENUM ('zufrieden', 'Angry', 'it''s complicated', '悲しい', '');
ALTER TYPE zoo.mood ADD VALUE 'first' BEFORE 'zufrieden';
CREATE TYPE zoo.nothing_to_choose AS ENUM ();
CREATE TYPE zoo.place AS (street text, "House No." integer, tags text[]);
CREATE TYPE zoo.nested AS (place zoo.place, moods zoo.mood[]);
CREATE TYPE zoo.hours AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = zoo.many_hours);
CREATE DOMAIN zoo.positive AS numeric(20, 4) DEFAULT 1 NOT NULL CONSTRAINT "is > 0" CHECK (VALUE > 0);
CREATE DOMAIN zoo.very_positive AS zoo.positive CHECK (VALUE > 1000);
CREATE DOMAIN zoo.word AS text COLLATE "C" CHECK (VALUE !~ '\s');
CREATE DOMAIN zoo.words AS text[] CHECK (array_length(VALUE, 1) < 10);
ALTER TYPE zoo.mood OWNER TO zoo_owner;
ALTER TYPE zoo.place OWNER TO "Mixed Role";
ALTER DOMAIN zoo.positive OWNER TO zoo_app;
REVOKE USAGE ON TYPE zoo.mood FROM PUBLIC;
GRANT USAGE ON TYPE zoo.mood TO zoo_app, "Mixed Role";
COMMENT ON TYPE zoo.mood IS 'how it feels';
COMMENT ON COLUMN zoo.place."House No." IS 'with a dot';
COMMENT ON DOMAIN zoo.positive IS 'more than zero';
COMMENT ON CONSTRAINT "is > 0" ON DOMAIN zoo.positive IS 'zero is not';

CREATE COLLATION zoo."by byte" (provider = libc, locale = 'POSIX');
ALTER COLLATION zoo."by byte" OWNER TO zoo_owner;
COMMENT ON COLLATION zoo."by byte" IS 'as C';

-- Functions, before what uses them -------------------------------------------------------------------------------------------------

CREATE FUNCTION zoo.shout(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$ SELECT pg_catalog.upper($1) || '!' $body$;
CREATE FUNCTION zoo.twice(INOUT n integer, VARIADIC more integer[] DEFAULT '{1,2}', OUT total bigint) LANGUAGE plpgsql COST 7 AS $body$
DECLARE
    one integer;
BEGIN
    n := n * 2; total := n; -- a comment with 'quotes' and \. in it
    FOREACH one IN ARRAY more LOOP total := total + one; END LOOP;
END
$body$;
CREATE FUNCTION zoo.secret_number() RETURNS integer LANGUAGE sql SECURITY DEFINER STABLE LEAKPROOF SET search_path = zoo, pg_temp SET work_mem = '1MB'
    RETURN 42;
CREATE FUNCTION zoo.numbers(upto integer) RETURNS TABLE (n integer, "n²" bigint) LANGUAGE sql ROWS 77
    BEGIN ATOMIC
        SELECT i, i::bigint * i FROM generate_series(1, upto) AS i;
    END;
CREATE PROCEDURE zoo.do_nothing(IN a text, INOUT b integer DEFAULT 3) LANGUAGE plpgsql AS 'BEGIN b := b + 1; END';
CREATE FUNCTION zoo.touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.changes := coalesce(NEW.changes, 0) + 1; RETURN NEW; END$$;
CREATE FUNCTION zoo.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION "dotted.name"."f; drop"(" arg ""x""" integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION zoo.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE FUNCTION zoo.plus(zoo.place, zoo.place) RETURNS zoo.place LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1.street || $2.street, 0, NULL)::zoo.place';
CREATE FUNCTION zoo.to_place(integer) RETURNS zoo.place LANGUAGE sql IMMUTABLE AS 'SELECT ROW(NULL, $1, NULL)::zoo.place';
CREATE AGGREGATE zoo.product(double precision) (SFUNC = float8mul, STYPE = double precision, INITCOND = '1', PARALLEL = SAFE);
CREATE OPERATOR zoo.<+> (LEFTARG = zoo.place, RIGHTARG = zoo.place, FUNCTION = zoo.plus, COMMUTATOR = OPERATOR(zoo.<+>));
CREATE CAST (integer AS zoo.place) WITH FUNCTION zoo.to_place(integer) AS ASSIGNMENT;
ALTER FUNCTION zoo.shout(text) OWNER TO zoo_owner;
ALTER FUNCTION zoo.secret_number() OWNER TO "Mixed Role";
ALTER PROCEDURE zoo.do_nothing(text, integer) OWNER TO zoo_app;
REVOKE ALL ON FUNCTION zoo.secret_number() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION zoo.secret_number() TO zoo_app WITH GRANT OPTION;
COMMENT ON FUNCTION zoo.twice(integer, integer[]) IS 'INOUT, VARIADIC, OUT';
COMMENT ON AGGREGATE zoo.product(double precision) IS 'not a sum';
COMMENT ON OPERATOR zoo.<+> (zoo.place, zoo.place) IS 'both streets';
COMMENT ON CAST (integer AS zoo.place) IS 'a number of a house';

-- Values -------------------------------------------------------------------------------------------------------------------------

CREATE TABLE zoo.texts (id integer PRIMARY KEY, value text, c character(5), v varchar(7), n name, one "char");
INSERT INTO zoo.texts VALUES
    (1, NULL, NULL, NULL, NULL, NULL),
    (2, '', '', '', '', ''),
    (3, '\.', '\.', '\.', '\.', '\'),
    (4, E'\\.\n\\.\n', E'\n', E'\t\t', 'a', 'a'),
    (5, '\N', '\N', '\N', 'NULL', 'N'),
    (6, E'tab\tnewline\nreturn\rboth\r\nvertical\x0b form\x0c bell\x07 backspace\b', ' ', ' ', ' ', ' '),
    (7, E'\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f', E'\x01', E'\x7f', E'\x1b[31m', E'\x01'),
    (8, E'\\\\ two \\n no newline \\t \\x41 \\101 \\\n', '\\', '\n', '\t', '\'),
    (9, '''; DROP TABLE zoo.texts; --', '''', '"', '$$', '$'),
    (10, '  spaces around  ', 'ab   ', '  ', ' x ', ' '),
    (11, 'Ünïcödé 表 İıŞş ﷽ e' || U&'\0301' || ' ' || U&'\+01F40E' || U&'\200D' || U&'\2028' || U&'\FEFF' || U&'\+10FFFD', 'ÄÖÜßẞ', '表表表表表表表', 'Ürün', 'z'),
    (12, 'COPY zoo.texts FROM stdin;' || E'\n1\t2\n\\.\n' || '-- PostgreSQL database dump complete' || E'\n\\connect postgres\n\\! true', 'x', 'x', 'x', 'x'),
    (13, repeat('compresses well ', 200000), 'x', 'x', 'x', 'x'),
    (14, (SELECT string_agg(md5(i::text), ',' ORDER BY i) FROM generate_series(1, 40000) AS i), 'x', 'x', 'x', 'x');

CREATE TABLE zoo.numbers (
    id integer PRIMARY KEY, i2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision, n numeric, n2 numeric(10, 2), n3 numeric(3, -2), m money, b boolean);
INSERT INTO zoo.numbers VALUES
    (1, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', '-92233720368547758.08', false),
    (2, 32767, 2147483647, 9223372036854775807, 'Infinity', 'Infinity', 'Infinity', 99999999.99, 99900, '92233720368547758.07', true),
    (3, 0, 0, 0, '-Infinity', '-Infinity', '-Infinity', -99999999.99, -99900, '0', NULL),
    (4, NULL, NULL, NULL, '-0', '-0', '0.000', 0, 0, NULL, NULL),
    (5, 1, 1, 1, 3.4028235e38, 1.7976931348623157e308, 1e131071, 1, 100, '1', true),
    (6, 1, 1, 1, 1e-45, 5e-324, 1e-16383, 1, 100, '0.01', true),
    (7, 1, 1, 1, 0.1, 0.1, '100.100', 0.1, 100, '1', true),
    (8, 1, 1, 1, 1.17549435e-38, 0.30000000000000004, -12345678901234567890123456789012345678901234567890.123456789012345678901234567890, 1, 100, '1', false);

CREATE TABLE zoo.times (
    id integer PRIMARY KEY, d date, t time, tz timetz, ts timestamp, tstz timestamptz, ts3 timestamptz(3), i interval, ih interval hour to second(2));
INSERT INTO zoo.times VALUES
    (1, 'infinity', '00:00', '00:00+15:59', 'infinity', 'infinity', 'infinity', '178000000 years', '1:02:03.45'),
    (2, '-infinity', '24:00', '24:00-15:59', '-infinity', '-infinity', '-infinity', '-178000000 years', '-1:02:03.45'),
    (3, '4713-01-01 BC', '23:59:59.999999', '12:00+05:30', '4713-11-24 00:00 BC', '4713-11-24 00:00+00 BC', '0001-12-31 23:59:59.999+00 BC', '1 mon -1 day 00:00:00.000001', '0'),
    (4, '5874897-12-31', '12:34:56.7', '12:34:56.7+00', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '2026-03-29 02:30:00.123+01', '-1 mon +30 days -24:00:00', '25:00'),
    (5, '2024-02-29', NULL, NULL, '2016-12-31 23:59:60', '2026-10-25 02:30 Europe/Berlin', NULL, '0', NULL);

CREATE TABLE zoo.others (
    id integer PRIMARY KEY, bits bit(4), bitv varbit, ip inet, net cidr, mac macaddr, mac8 macaddr8, u uuid, j json, jb jsonb, jp jsonpath, tsv tsvector, tsq tsquery,
    p point, l line, seg lseg, bx box, pa path, po polygon, ci circle, lsn pg_lsn, r int4range, mr datemultirange, h zoo.hours, hs zoo.many_hours);
INSERT INTO zoo.others VALUES
    (1, '1010', '', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '00000000-0000-0000-0000-000000000000',
        '{"b" : 1, "a":  [1,2 ], "a": "twice" }', '{"b": 1.10, "a": [1, null, "\\\" \n \u00fc"], "": {}}', '$.a[*] ? (@.b > "\"")', '''it''''s'':1A,2 word',
        '''it''''s'' & !word:*', '(1e300,-0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,0),(1,1))', '<(0,0),1e-10>', 'FF/FFFFFFFF',
        '(,5]', '{[2026-01-01,2026-02-01),[2026-03-01,)}', '[-Infinity,Infinity]', '{[1,2),(3,4]}'),
    (2, '0000', '111', '192.168.1.1', '2001:db8::/32', NULL, NULL, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'null', 'strict $', '', '', NULL, NULL, NULL, NULL, '((0,0),(1,1))',
        NULL, NULL, '0/0', 'empty', '{}', 'empty', '{}');

CREATE TABLE zoo.bytes (id integer PRIMARY KEY, value bytea);
ALTER TABLE zoo.bytes ALTER value SET STORAGE EXTERNAL;
INSERT INTO zoo.bytes VALUES
    (1, ''), (2, NULL), (3, '\x00'), (4, (SELECT string_agg(set_byte('\x00', 0, i), '' ORDER BY i) FROM generate_series(0, 255) AS i)),
    (5, (SELECT string_agg(decode(md5(i::text), 'hex'), '' ORDER BY i) FROM generate_series(1, 100000) AS i)), (6, '\x5c2e0a'), (7, '\x0d0a');

CREATE TABLE zoo.arrays (
    id integer PRIMARY KEY, i integer[], t text[], m zoo.mood[], matrix integer[][], places zoo.place[], w zoo.words, j jsonb[], b bytea[], whole zoo.nested,
    p zoo.positive, d zoo.word, tables regclass, r zoo.hours[]);
INSERT INTO zoo.arrays VALUES
    (1, '{}', '{}', '{}', '{}', '{}', NULL, '{}', '{}', NULL, 1, NULL, NULL, NULL),
    (2, '[-1:1]={1,NULL,3}', ARRAY['', NULL, 'NULL', 'a,b', '{}', '"', '\', E'\n', ' '], ARRAY['', 'it''s complicated']::zoo.mood[], '{{1,2},{3,4}}',
        ARRAY[ROW('a "b" \c, (d)', NULL, '{x,"y,z"}')::zoo.place, NULL], '{a,b}', ARRAY['{"a": "\""}', 'null']::jsonb[], ARRAY['\x00', '\x5c22']::bytea[],
        ROW(ROW('', 0, '{}'), ARRAY['first', NULL]::zoo.mood[])::zoo.nested, 0.0001, 'oneword', 'zoo.texts', ARRAY['[1,2)', 'empty']::zoo.hours[]),
    (3, '[0:1]={7,8}', NULL, NULL, '[2:3][0:1]={{1,2},{3,4}}', NULL, NULL, NULL, NULL, ROW(NULL, NULL)::zoo.nested, 1, '', 'pg_class', NULL);

-- Tables of odd shapes -------------------------------------------------------------------------------------------------------------

CREATE TABLE zoo.without_columns ();
INSERT INTO zoo.without_columns DEFAULT VALUES;
INSERT INTO zoo.without_columns DEFAULT VALUES;
INSERT INTO zoo.without_columns DEFAULT VALUES;

CREATE TABLE zoo.dropped (gone_first text, id integer, gone integer DEFAULT 7, name text, gone_last bytea);
INSERT INTO zoo.dropped VALUES ('x', 1, 2, 'one', '\x00'), ('y', 2, 3, 'two', NULL);
ALTER TABLE zoo.dropped DROP gone_first, DROP gone, DROP gone_last;
ALTER TABLE zoo.dropped ADD later text DEFAULT 'was not stored' NOT NULL;
INSERT INTO zoo.dropped VALUES (3, 'three', 'stored');

CREATE TABLE zoo.all_dropped (only_one integer);
INSERT INTO zoo.all_dropped VALUES (1), (2);
ALTER TABLE zoo.all_dropped DROP only_one;

CREATE UNLOGGED TABLE zoo.unlogged (id bigserial PRIMARY KEY, v text);
INSERT INTO zoo.unlogged (v) VALUES ('a'), ('b');

CREATE TABLE zoo.empty (id integer PRIMARY KEY, at timestamptz DEFAULT now(), by text DEFAULT CURRENT_USER);

CREATE TABLE zoo.wide AS SELECT * FROM zoo.texts WHERE false;
ALTER TABLE zoo.wide SET (fillfactor = 50, autovacuum_enabled = off, toast.autovacuum_enabled = off);
ALTER TABLE zoo.wide ALTER value SET STATISTICS 500, ALTER value SET (n_distinct = -0.5), ALTER value SET STORAGE MAIN, ALTER v SET COMPRESSION pglz;
ALTER TABLE zoo.wide REPLICA IDENTITY FULL;

CREATE TYPE zoo.animal AS (name text, legs integer);
CREATE TABLE zoo.animals OF zoo.animal (name WITH OPTIONS PRIMARY KEY, legs WITH OPTIONS DEFAULT 4 NOT NULL);
INSERT INTO zoo.animals VALUES ('horse', 4), ('snake', 0);

CREATE TABLE public."; drop table x; --" (id integer, "col; drop" text DEFAULT '; drop');
INSERT INTO public."; drop table x; --" VALUES (1, '"; drop table x; --');
CREATE TABLE "dotted.name"."table.with.dots" ("a.b" integer PRIMARY KEY, "c""d" text, "e f" text, "%s" text, "$1" text, "\n" text, "select" text);
INSERT INTO "dotted.name"."table.with.dots" VALUES (1, '"', ' ', '%s', '$1', '\n', 'select');
CREATE TABLE "Mixed ""Case"" Schema"."Mixed ""Case"" Table" ("ID" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id integer, "Id" text);
INSERT INTO "Mixed ""Case"" Schema"."Mixed ""Case"" Table" (id, "Id") VALUES (10, 'a'), (20, 'b');
CREATE TABLE "Ürün"."Fiyatı €" ("ağırlık" numeric, "表" text, "🐎" text);
INSERT INTO "Ürün"."Fiyatı €" VALUES (1.5, '馬', '🐎');
CREATE TABLE "表"."表" ("列" text PRIMARY KEY);
INSERT INTO "表"."表" VALUES ('行'), ('二行');
CREATE TABLE "表".a_name_of_sixty_three_bytes_which_is_as_long_as_names_can_be_he (id integer);
INSERT INTO "表".a_name_of_sixty_three_bytes_which_is_as_long_as_names_can_be_he VALUES (1);
CREATE TABLE zoo.U&"two\000Alines" (U&"a\000Ab" integer);
INSERT INTO zoo.U&"two\000Alines" VALUES (1);
CREATE TABLE zoo."'" ("'" text, " " text, "?" text, ":x" text, "{" text);
INSERT INTO zoo."'" VALUES ('''', ' ', '?', ':x', '{');
CREATE TABLE zoo."table" ("user" text, "order" integer, "primary" boolean);
INSERT INTO zoo."table" VALUES ('me', 1, true);

-- Sequences, identity and generated columns ----------------------------------------------------------------------------------------

CREATE SEQUENCE zoo.never_used;
CREATE SEQUENCE zoo.downwards INCREMENT -7 MINVALUE -9223372036854775808 MAXVALUE -1 START -5 CACHE 10;
SELECT setval('zoo.downwards', -1000000);
CREATE SEQUENCE zoo.not_called START 17;
SELECT setval('zoo.not_called', 99, false);
CREATE SEQUENCE zoo.at_the_end MAXVALUE 9223372036854775807 CYCLE;
SELECT setval('zoo.at_the_end', 9223372036854775807);
CREATE SEQUENCE zoo.small AS smallint MINVALUE -5 START 0 MAXVALUE 32000;
SELECT nextval('zoo.small'), nextval('zoo.small');
CREATE UNLOGGED SEQUENCE zoo.quick;
CREATE SEQUENCE "dotted.name"."Sequence ""1""" INCREMENT 3;
SELECT nextval('"dotted.name"."Sequence ""1"""');
CREATE TABLE zoo.ids (
    always integer GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10),
    by_default bigint GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME zoo.named_by_hand MINVALUE -10 START -10) PRIMARY KEY,
    serial serial, of_another bigint DEFAULT nextval('zoo.never_used') - 1,
    doubled integer GENERATED ALWAYS AS (1 + 2) STORED);
INSERT INTO zoo.ids (of_another) VALUES (1), (2), (3);
INSERT INTO zoo.ids (always, by_default, of_another) OVERRIDING SYSTEM VALUE VALUES (-5, 9000000000, 4);
ALTER TABLE zoo.ids ALTER by_default SET INCREMENT BY 5 SET CACHE 3;
ALTER SEQUENCE zoo.small OWNED BY zoo.dropped.id;
CREATE TABLE zoo.generated (
    a integer, b text, sum integer GENERATED ALWAYS AS (a * 2) STORED, loud text GENERATED ALWAYS AS (zoo.shout(b)) STORED, c integer,
    "both" text GENERATED ALWAYS AS (a::text || '/' || b) STORED);
INSERT INTO zoo.generated (a, b, c) VALUES (1, 'x', 2), (NULL, 'y', 3), (7, NULL, NULL);

-- Constraints and indexes ----------------------------------------------------------------------------------------------------------

CREATE TABLE zoo.people (
    id integer PRIMARY KEY, boss integer CONSTRAINT "boss is one of us" REFERENCES zoo.people DEFERRABLE INITIALLY DEFERRED,
    friend integer REFERENCES zoo.people ON DELETE SET NULL ON UPDATE CASCADE, name text COLLATE zoo."by byte" NOT NULL, mood zoo.mood DEFAULT 'Angry', changes integer,
    CONSTRAINT not_own_boss CHECK (boss <> id OR boss = 1), UNIQUE NULLS NOT DISTINCT (name, boss), UNIQUE (id, mood) DEFERRABLE);
INSERT INTO zoo.people VALUES (3, 2, 1, 'three', 'first', 0), (2, 1, 3, 'two', '', 0), (1, 1, NULL, 'one', NULL, 5);
CREATE TABLE zoo.hen (id integer PRIMARY KEY, egg integer);
CREATE TABLE zoo.egg (id integer PRIMARY KEY, hen integer REFERENCES zoo.hen);
INSERT INTO zoo.hen VALUES (1, 1);
INSERT INTO zoo.egg VALUES (1, 1);
ALTER TABLE zoo.hen ADD CONSTRAINT laid FOREIGN KEY (egg) REFERENCES zoo.egg MATCH FULL DEFERRABLE;
CREATE TABLE zoo.half_checked (n integer, person integer);
INSERT INTO zoo.half_checked VALUES (-1, 77), (5, 1);
ALTER TABLE zoo.half_checked ADD CONSTRAINT later CHECK (n > 0) NOT VALID, ADD CONSTRAINT "later too" FOREIGN KEY (person) REFERENCES zoo.people NOT VALID;
CREATE TABLE zoo.bookings (
    room integer, during tsrange, area box, EXCLUDE USING gist (during WITH &&) WHERE (room = 1),
    CONSTRAINT "no overlap" EXCLUDE USING gist (area WITH &&) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO zoo.bookings VALUES (1, '[2026-01-01,2026-01-02)', '(0,0),(1,1)'), (1, '[2026-01-02,2026-01-03)', '(5,5),(6,6)'), (2, '[2026-01-01,)', '(9,9),(10,10)');
CREATE INDEX "by shout" ON zoo.people (zoo.shout(name) DESC NULLS LAST, (id % 2)) INCLUDE (mood) WITH (fillfactor = 70) WHERE boss IS NOT NULL;
CREATE UNIQUE INDEX only_one_angry ON zoo.people ((mood = 'Angry')) WHERE mood = 'Angry';
CREATE INDEX ON zoo.others USING gin (jb jsonb_path_ops);
CREATE INDEX ON zoo.texts USING hash (value);
CREATE INDEX ON zoo.texts USING btree (left(value, 100) text_pattern_ops, v COLLATE "POSIX" varchar_pattern_ops);
CREATE INDEX ON zoo.times USING brin (ts) WITH (pages_per_range = 4);
CREATE INDEX ON zoo.others USING spgist (p);
CREATE INDEX "Ürün index" ON "Ürün"."Fiyatı €" ("表");
CREATE UNIQUE INDEX identity_of_table ON zoo.animals (name, legs);
ALTER TABLE zoo.animals REPLICA IDENTITY USING INDEX identity_of_table;
ALTER TABLE zoo.people CLUSTER ON people_pkey;
ALTER INDEX zoo."by shout" ALTER COLUMN 2 SET STATISTICS 900;
COMMENT ON INDEX zoo."by shout" IS 'an index';
COMMENT ON CONSTRAINT "boss is one of us" ON zoo.people IS 'a constraint';
CREATE STATISTICS zoo.together (ndistinct, dependencies) ON id, boss FROM zoo.people;
CREATE STATISTICS zoo."of expressions" (mcv) ON (id % 3), name FROM zoo.people;
CREATE STATISTICS zoo.of_one ON (id * 2) FROM zoo.people;
ALTER STATISTICS zoo.together SET STATISTICS 50;
ALTER STATISTICS zoo."of expressions" OWNER TO zoo_owner;
COMMENT ON STATISTICS zoo.together IS 'correlated';

-- Partitions and inheritance -------------------------------------------------------------------------------------------------------

CREATE TABLE zoo.events (id bigint NOT NULL, at date NOT NULL, kind text NOT NULL, payload jsonb DEFAULT '{}', PRIMARY KEY (id, at, kind)) PARTITION BY RANGE (at);
CREATE TABLE zoo.events_2025 PARTITION OF zoo.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE zoo.events_2026 PARTITION OF zoo.events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY LIST (kind);
CREATE TABLE zoo."events_2026_a b" PARTITION OF zoo.events_2026 FOR VALUES IN ('a', 'b');
CREATE TABLE zoo.events_2026_other PARTITION OF zoo.events_2026 DEFAULT PARTITION BY HASH (id);
CREATE TABLE zoo.events_2026_other_0 PARTITION OF zoo.events_2026_other FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE zoo.events_2026_other_1 PARTITION OF zoo.events_2026_other FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE zoo.events_default PARTITION OF zoo.events DEFAULT;
CREATE TABLE "表"."events_other order" (dropped integer, kind text NOT NULL, payload jsonb DEFAULT '{"own": "default"}', id bigint NOT NULL, at date NOT NULL);
ALTER TABLE "表"."events_other order" DROP dropped;
ALTER TABLE zoo.events ATTACH PARTITION "表"."events_other order" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO zoo.events SELECT i, date '2023-01-01' + i * 10, (ARRAY['a', 'b', 'c', '表'])[1 + i % 4], jsonb_build_object('i', i) FROM generate_series(1, 200) AS i;
CREATE INDEX events_by_kind ON zoo.events (kind, at);
CREATE INDEX only_here ON zoo.events_2025 (payload);
COMMENT ON INDEX zoo.events_by_kind IS 'of all partitions';
COMMENT ON TABLE zoo.events_2026 IS 'a partition with partitions';
CREATE TABLE zoo.of_events (event bigint, at date, kind text, FOREIGN KEY (event, at, kind) REFERENCES zoo.events ON DELETE CASCADE);
INSERT INTO zoo.of_events SELECT id, at, kind FROM zoo.events WHERE id % 5 = 0;
CREATE TABLE zoo.people_by_hash (id integer REFERENCES zoo.people, n integer) PARTITION BY HASH (id, n);
CREATE TABLE zoo.people_by_hash_0 PARTITION OF zoo.people_by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE zoo.people_by_hash_1 PARTITION OF zoo.people_by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE zoo.people_by_hash_2 PARTITION OF zoo.people_by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO zoo.people_by_hash SELECT 1 + i % 3, i FROM generate_series(1, 100) AS i;
CREATE TABLE zoo.by_expression (t text, r integer) PARTITION BY RANGE (lower(t) COLLATE "C", (r + 1));
CREATE TABLE zoo.by_expression_am PARTITION OF zoo.by_expression FOR VALUES FROM (MINVALUE, MINVALUE) TO ('m', 5);
INSERT INTO zoo.by_expression VALUES ('Horse', 1), ('ant', 3);
CREATE TABLE zoo.no_partition_yet (id integer) PARTITION BY LIST (id);

CREATE TABLE zoo.grandparent (id integer PRIMARY KEY, name text DEFAULT 'g', CHECK (id > 0), CONSTRAINT only_here CHECK (id < 100) NO INHERIT);
CREATE TABLE zoo.parent (extra text) INHERITS (zoo.grandparent);
CREATE TABLE zoo.other_parent (id integer, other text NOT NULL);
CREATE TABLE zoo.child (own integer) INHERITS (zoo.parent, zoo.other_parent);
ALTER TABLE zoo.child ALTER name SET DEFAULT 'c';
ALTER TABLE zoo.grandparent ADD added_later integer DEFAULT 5;
CREATE TABLE zoo.adopted (LIKE zoo.grandparent INCLUDING CONSTRAINTS);
ALTER TABLE zoo.adopted INHERIT zoo.grandparent;
INSERT INTO zoo.grandparent (id) VALUES (1), (2);
INSERT INTO zoo.parent (id, extra) VALUES (3, 'p');
INSERT INTO zoo.child (id, other, own) VALUES (4, 'o', 1), (5, 'o', 2);
INSERT INTO zoo.adopted (id, name) VALUES (6, 'a');

-- Views --------------------------------------------------------------------------------------------------------------------------

CREATE VIEW zoo.moods AS SELECT p.name, p.mood, q.name AS boss FROM zoo.people AS p LEFT JOIN zoo.people AS q ON q.id = p.boss;
CREATE VIEW zoo.angry ("NAME", reason) AS SELECT name, 'because "' || boss || '"' FROM zoo.moods WHERE mood = 'Angry' OR mood IS NULL;
CREATE VIEW "Ürün"."görünüm" WITH (security_barrier) AS SELECT * FROM zoo.angry UNION ALL SELECT "表", "🐎" FROM "Ürün"."Fiyatı €";
CREATE VIEW zoo.young WITH (security_invoker = true) AS SELECT id, name FROM zoo.people WHERE id < 3 WITH CASCADED CHECK OPTION;
CREATE VIEW zoo.with_default AS SELECT id, name FROM zoo.people;
ALTER VIEW zoo.with_default ALTER name SET DEFAULT 'nobody';
CREATE RECURSIVE VIEW zoo.chain (id, depth) AS VALUES (1, 1) UNION ALL SELECT id + 1, depth + 1 FROM chain WHERE depth < 5;
CREATE VIEW zoo.no_columns AS SELECT;
CREATE VIEW zoo.windows AS SELECT id, rank() OVER w, sum(n) FILTER (WHERE n > 3) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s
    FROM zoo.people_by_hash WINDOW w AS (PARTITION BY id ORDER BY n);
CREATE MATERIALIZED VIEW zoo.counts WITH (fillfactor = 90) AS SELECT kind, count(*) AS n, sum(id) AS ids FROM zoo.events GROUP BY kind;
CREATE UNIQUE INDEX counts_by_kind ON zoo.counts (kind);
CREATE MATERIALIZED VIEW zoo.counts_of_counts AS SELECT count(*), max(n) FROM zoo.counts;
CREATE MATERIALIZED VIEW zoo.not_filled AS SELECT * FROM zoo.texts WITH NO DATA;
CREATE VIEW "Ürün"."bir görünüm" AS SELECT "表" AS "Ü", "🐎" FROM "Ürün"."Fiyatı €";
CREATE MATERIALIZED VIEW "表"."実体化" AS SELECT * FROM "Ürün"."bir görünüm";
COMMENT ON VIEW zoo.angry IS 'not happy';
COMMENT ON COLUMN zoo.angry."NAME" IS 'in capitals';
COMMENT ON MATERIALIZED VIEW zoo.counts IS 'counted once';

-- Triggers, rules, policies --------------------------------------------------------------------------------------------------------

CREATE TRIGGER count_changes BEFORE INSERT OR UPDATE OF name, boss ON zoo.people FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION zoo.touched();
CREATE TRIGGER "off" AFTER DELETE ON zoo.people FOR EACH STATEMENT EXECUTE FUNCTION zoo.nothing();
ALTER TABLE zoo.people DISABLE TRIGGER "off";
CREATE TRIGGER always AFTER UPDATE ON zoo.people REFERENCING OLD TABLE AS before NEW TABLE AS "After" FOR EACH STATEMENT EXECUTE FUNCTION zoo.nothing('it''s', '\');
ALTER TABLE zoo.people ENABLE ALWAYS TRIGGER always;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON zoo.hen DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zoo.nothing();
CREATE TRIGGER of_partitions AFTER INSERT ON zoo.events FOR EACH ROW EXECUTE FUNCTION zoo.nothing();
ALTER TABLE zoo.events_2025 ENABLE REPLICA TRIGGER of_partitions;
CREATE TRIGGER instead INSTEAD OF INSERT ON zoo.moods FOR EACH ROW EXECUTE FUNCTION zoo.nothing();
COMMENT ON TRIGGER count_changes ON zoo.people IS 'counts';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION zoo.on_ddl();
ALTER EVENT TRIGGER watch DISABLE;
CREATE TABLE zoo.log (what text);
CREATE RULE also AS ON INSERT TO zoo.dropped DO ALSO INSERT INTO zoo.log VALUES ('dropped ' || NEW.id);
CREATE RULE "no delete" AS ON DELETE TO zoo.log WHERE OLD.what <> '' DO INSTEAD NOTHING;
ALTER TABLE zoo.log DISABLE RULE "no delete";
INSERT INTO zoo.log VALUES ('once');
COMMENT ON RULE also ON zoo.dropped IS 'a rule';
ALTER TABLE zoo.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON zoo.people FOR SELECT TO zoo_app, "Mixed Role" USING (name COLLATE "C" = CURRENT_USER OR id IN (SELECT e.id FROM zoo.egg AS e));
CREATE POLICY "keep ""out""" ON zoo.people AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK (boss IS NOT NULL);
ALTER TABLE zoo.log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON POLICY own_rows ON zoo.people IS 'a policy';

-- Owners and grants on what there is now -------------------------------------------------------------------------------------------

ALTER TABLE zoo.people OWNER TO zoo_owner;
ALTER TABLE zoo.events OWNER TO zoo_owner;
ALTER TABLE zoo.events_2025 OWNER TO "Mixed Role";
ALTER TABLE zoo.ids OWNER TO zoo_app;
ALTER TABLE "Ürün"."Fiyatı €" OWNER TO "Mixed Role";
ALTER VIEW zoo.moods OWNER TO zoo_app;
GRANT SELECT ON zoo.people TO zoo_app;
ALTER MATERIALIZED VIEW zoo.counts OWNER TO zoo_app;
GRANT SELECT ON zoo.events TO zoo_app;
ALTER SEQUENCE zoo.downwards OWNER TO "Mixed Role";
GRANT SELECT (id, name), UPDATE (name) ON zoo.people TO "Mixed Role" WITH GRANT OPTION;
GRANT ALL ON zoo.texts TO zoo_app WITH GRANT OPTION;
GRANT SELECT ON zoo.numbers TO PUBLIC;
REVOKE ALL ON zoo.times FROM CURRENT_USER;
GRANT USAGE, SELECT ON SEQUENCE zoo.never_used TO zoo_app;
GRANT UPDATE ON SEQUENCE zoo.downwards TO PUBLIC;
SET ROLE zoo_app;
GRANT SELECT ON zoo.texts TO "Mixed Role";
RESET ROLE;
SET ROLE zoo_owner;
CREATE TABLE zoo.by_defaults (id serial);
RESET ROLE;
COMMENT ON TABLE zoo.people IS E'\\.\n''people''\t表';
COMMENT ON COLUMN zoo.people.mood IS 'not always good';
COMMENT ON SEQUENCE zoo.downwards IS 'down';
COMMENT ON TABLE public."; drop table x; --" IS '"; drop table x; --';

-- Large objects --------------------------------------------------------------------------------------------------------------------

SELECT lo_from_bytea(700001, 'a small large object'), lo_create(700002), lo_from_bytea(700003, (SELECT string_agg(decode(md5(i::text), 'hex'), '' ORDER BY i) FROM generate_series(1, 50000) AS i));
SELECT lo_create(700004);
SELECT lo_put(700004, 5000000, 'after a hole');
ALTER LARGE OBJECT 700001 OWNER TO zoo_owner;
GRANT SELECT ON LARGE OBJECT 700001 TO zoo_app, PUBLIC;
GRANT SELECT, UPDATE ON LARGE OBJECT 700002 TO "Mixed Role" WITH GRANT OPTION;
COMMENT ON LARGE OBJECT 700001 IS 'small';
CREATE TABLE zoo.of_large_objects (id integer, object oid);
INSERT INTO zoo.of_large_objects VALUES (1, 700001), (2, 700003);

-- Other objects --------------------------------------------------------------------------------------------------------------------

CREATE TEXT SEARCH DICTIONARY zoo.plain (TEMPLATE = pg_catalog.simple, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION zoo.search (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION zoo.search ALTER MAPPING FOR asciiword, word WITH zoo.plain, pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION zoo.search OWNER TO zoo_owner;
CREATE TABLE zoo.searched (t text, v tsvector GENERATED ALWAYS AS (to_tsvector('zoo.search', t)) STORED);
INSERT INTO zoo.searched (t) VALUES ('The horses are running'), ('a zoo');
CREATE FOREIGN DATA WRAPPER zoo_wrapper OPTIONS (a 'it''s');
CREATE SERVER "Zoo Server" TYPE 'none' VERSION '1.0' FOREIGN DATA WRAPPER zoo_wrapper OPTIONS (host 'x', "odd ""name""" '\');
CREATE USER MAPPING FOR zoo_app SERVER "Zoo Server" OPTIONS (user 'u', password 'p');
CREATE FOREIGN TABLE zoo.far_away (id integer OPTIONS (c 'd') NOT NULL, t text DEFAULT 'x') SERVER "Zoo Server" OPTIONS (t 'u');
GRANT USAGE ON FOREIGN SERVER "Zoo Server" TO zoo_app;
COMMENT ON SERVER "Zoo Server" IS 'nowhere';
CREATE PUBLICATION "Zoo publication" FOR TABLE zoo.people (id, name) WHERE (id > 1), zoo.events WITH (publish = 'insert', publish_via_partition_root);
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA "表";
CREATE OPERATOR FAMILY zoo.family USING btree;
CREATE OPERATOR CLASS zoo.upside_down FOR TYPE integer USING btree FAMILY zoo.family AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE CONVERSION zoo.to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

RESET client_min_messages;
RESET search_path;
RESET check_function_bodies;
RESET TimeZone;
