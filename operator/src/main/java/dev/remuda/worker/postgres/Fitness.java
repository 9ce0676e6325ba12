package dev.remuda.worker.postgres;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Manifest;

/** What a server must have before a dump is restored into it. All is asked before anything is touched. */
public final class Fitness {
    private static final int FIRST_WITH_TRANSACTION_TIMEOUT = 17;
    private static final int OLDEST = 13; // the first whose DROP DATABASE ends connections

    private final Database database;

    public Fitness(Server server) {
        this.database = server.database();
    }

    /**
     * @param backup the database as it was
     * @param client major version of the pg_dump that made it
     * @param extensions whether it creates those that the database had
     * @param owner who shall own all instead of the dump's owners; null: those
     * @throws WorkFailure the first thing the server lacks for this backup, and how to give it
     */
    public void require(Manifest.Database backup, int client, boolean extensions, String owner) {
        if (database.is("asking whether it is a standby", "SELECT pg_is_in_recovery()")) {
            throw new WorkFailure(
                    Reason.TargetReadOnly, "server " + database.login().server() + " is a standby, which takes no writes; name its primary in target.host");
        }
        requireVersion(backup.serverMajor(), client);
        if (owner == null) {
            requireRoles(backup);
        } else {
            requireOwner(owner);
        }
        if (extensions) {
            requireExtensions(backup);
            if (backup.timescaledb() != null) {
                requireTimescale(backup);
            }
        }
    }

    private void requireVersion(int server, int client) {
        int major = database.major();
        if (major < OLDEST || major < server) {
            throw new WorkFailure(
                    Reason.ServerVersionUnsupported, "the backup is of PostgreSQL " + server + " and the target server is " + major
                            + "; restore into a server of " + Math.max(OLDEST, server) + " or newer");
        }
        if (client >= FIRST_WITH_TRANSACTION_TIMEOUT && major < FIRST_WITH_TRANSACTION_TIMEOUT) {
            throw new WorkFailure(
                    Reason.ServerVersionUnsupported, "the backup was made by pg_dump " + client + ", whose archives set what PostgreSQL " + major
                            + " does not know; restore into a server of 17 or newer, or by hand: pg_restore -f - … | grep -v '^SET transaction_timeout' | psql …");
        }
    }

    private void requireRoles(Manifest.Database backup) {
        List<String> missing = missingRoles(backup);
        if (!missing.isEmpty()) {
            throw new WorkFailure(
                    Reason.RoleMissing, "roles of the backup do not exist on the target server: " + Tables.some(missing) + "; create them first (CREATE ROLE "
                            + Sql.identifier(missing.getFirst()) + " LOGIN), or give all to one role with owner.role");
        }
    }

    /** Roles that own something in the backup, or are granted something, and do not exist on this server. */
    public List<String> missingRoles(Manifest.Database backup) {
        TreeSet<String> roles = new TreeSet<>(backup.roles());
        if (backup.owner() != null) {
            roles.add(backup.owner());
        }
        if (backup.timescaledb() != null) {
            roles.addAll(backup.timescaledb().jobOwners());
        }
        roles.removeAll(roles());
        return List.copyOf(roles);
    }

    private Collection<String> roles() {
        return database.query("listing roles", "SELECT rolname FROM pg_roles", row -> row.getString(1));
    }

    private void requireOwner(String owner) {
        if (!roles().contains(owner)) {
            throw new WorkFailure(
                    Reason.RoleMissing, "role " + owner + " (owner.role) does not exist on the target server; create it first (CREATE ROLE " + Sql.identifier(owner) + " LOGIN)");
        }
        if (!database.is("asking for membership", "SELECT pg_has_role(current_user, ?, 'MEMBER')", owner)) {
            String user = database.login().user();
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "user " + user + " may not act for role " + owner + " (owner.role); GRANT " + Sql.identifier(owner) + " TO " + Sql.identifier(user));
        }
    }

    private void requireExtensions(Manifest.Database backup) {
        List<String> available = database.query("listing extensions", "SELECT name FROM pg_available_extensions", row -> row.getString(1));
        List<String> missing = backup.extensions().stream().map(Manifest.Extension::name).filter(name -> !available.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw new WorkFailure(
                    Reason.ExtensionMismatch, "the target server has no extension " + Tables.some(missing) + ", which the backup needs; install its package there");
        }
    }

    private void requireTimescale(Manifest.Database backup) {
        String version = backup.timescaledb().version();
        List<String> versions = database.query(
                "listing TimescaleDB's versions",
                "SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb' ORDER BY 1", row -> row.getString(1));
        if (!versions.contains(version)) {
            throw new WorkFailure(
                    Reason.ExtensionMismatch, "the backup has TimescaleDB " + version + ", and the target server offers " + Tables.some(versions)
                            + "; install version " + version + " there, restore, then ALTER EXTENSION timescaledb UPDATE");
        }
        if (!isSuperuser()) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "a backup with TimescaleDB can only be restored by a superuser; " + database.login().user() + " is none");
        }
        if (!database.is("reading shared_preload_libraries", "SELECT current_setting('shared_preload_libraries') LIKE '%timescaledb%'")) {
            throw new WorkFailure(
                    Reason.ExtensionMismatch, "the target server does not preload TimescaleDB; add it to shared_preload_libraries and restart the server");
        }
        boolean elsewhere = backup.extensions().stream().anyMatch(e -> e.name().equals("timescaledb") && !e.schema().equals("public"));
        if (elsewhere) {
            throw new WorkFailure(
                    Reason.ExtensionMismatch, "TimescaleDB is not in schema public in this backup, which cannot be restored automatically; its manifest says how by hand");
        }
    }

    public boolean isSuperuser() {
        return database.is("asking whether this is a superuser", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
    }

    /** @throws WorkFailure when this login could not make a database, or not give it to the wanted owner */
    public void requireCreator() {
        if (!database.is("asking for the right to create databases", "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user")) {
            String user = database.login().user();
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "user " + user + " may not create databases, and a restore works in one of its own first; ALTER ROLE "
                            + Sql.identifier(user) + " CREATEDB, or name another login in target.secretRef");
        }
    }

    /** @throws WorkFailure when this login could not drop or rename it */
    public void requireReplaceable(String name) {
        List<Boolean> rights = database.query(
                "looking at database " + name,
                "SELECT datistemplate, pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = ?",
                row -> !row.getBoolean(1) && row.getBoolean(2), name);
        if (rights.contains(false)) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "user " + database.login().user() + " may not replace database " + name
                            + ": it is a template, or owned by another role; use its owner or a superuser");
        }
    }

    /** @throws WorkFailure when something would keep it from being renamed or dropped, however often its connections are ended */
    public void requireFree(String name) {
        List<String> held = database.query(
                "looking for what holds database " + name,
                "SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = ? UNION ALL "
                        + "SELECT 'replication slot ' || slot_name FROM pg_replication_slots WHERE database = ? UNION ALL "
                        + "SELECT 'subscription ' || subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = ? ORDER BY 1",
                row -> row.getString(1), name, name, name);
        if (!held.isEmpty()) {
            throw new WorkFailure(Reason.TargetInUse, "database " + name + " is held by " + Tables.some(held) + ", so it cannot be replaced; end that first");
        }
    }
}
