CREATE TABLE zoo.largest (value bytea);
INSERT INTO zoo.largest SELECT convert_to(repeat('x', :largest), 'UTF8');
