-- The hash of an enum's value depends on its oid, so after a restore rows are in other partitions than before.
CREATE TABLE zoo.by_mood (id integer, mood zoo.mood) PARTITION BY HASH (mood);
CREATE TABLE zoo.by_mood_0 PARTITION OF zoo.by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE zoo.by_mood_1 PARTITION OF zoo.by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE zoo.by_mood_2 PARTITION OF zoo.by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO zoo.by_mood SELECT i, (enum_range(NULL::zoo.mood))[1 + i % 6] FROM generate_series(1, 600) AS i;
