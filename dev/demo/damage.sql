-- A bad day: a clean-up with the wrong date, an UPDATE without its WHERE, a dropped view.
BEGIN;
DELETE FROM odds_snapshots WHERE taken_at > (SELECT max(taken_at) FROM odds_snapshots) - interval '30 days';
DELETE FROM bets WHERE id % 3 = 0;
UPDATE users SET balance = balance + 1000000, preferences = '{}';
DROP VIEW winners;
COMMIT;
