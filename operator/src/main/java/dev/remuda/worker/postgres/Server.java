package dev.remuda.worker.postgres;

import java.util.List;
import java.util.TreeSet;

import dev.remuda.task.DumpContent;
import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Manifest;

/** A server into which a backup is restored: what it must have, and its databases as things that are created and dropped. */
public final class Server implements AutoCloseable {
    private static final int FIRST_WITH_TRANSACTION_TIMEOUT = 17;
    private static final int OLDEST = 13; // the first whose DROP DATABASE ends connections

    private static final int ATTEMPTS = 10;

    private final Database database;

    private Server(Database database) {
        this.database = database;
    }

    /** Connects to a database that is not the target, since that one is dropped. A stop does not end it: it is what cleans up. */
    public static Server connect(Login login) {
        return new Server(login.database().equals("postgres") ? connect(login, "template1") : anyOf(login));
    }

    private static Database anyOf(Login login) {
        try {
            return connect(login, "postgres");
        } catch (WorkFailure e) {
            if (e.reason() != Reason.DatabaseNotFound) {
                throw e;
            }
            return connect(login, "template1");
        }
    }

    private static Database connect(Login login, String name) {
        return Database.connect(login.withDatabase(name), Reason.RestoreFailed, new Stop());
    }

    public int major() {
        return database.major();
    }

    public String version() {
        return database.version();
    }

    public boolean has(String name) {
        return database.is("looking for database " + name, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)", name);
    }

    /** @throws WorkFailure the first thing the server lacks for this backup, and how to give it */
    public void requireFitFor(Manifest manifest) {
        Manifest.Database backup = manifest.database();
        requireRestorable(manifest.dump());
        int major = database.major();
        int client = manifest.dump().clientMajor();
        if (major < OLDEST || major < backup.serverMajor()) {
            throw new WorkFailure(
                    Reason.ServerVersionUnsupported, "the backup is of PostgreSQL " + backup.serverMajor() + " and the target server is " + major
                            + "; restore into a server of " + Math.max(OLDEST, backup.serverMajor()) + " or newer");
        }
        if (client >= FIRST_WITH_TRANSACTION_TIMEOUT && major < FIRST_WITH_TRANSACTION_TIMEOUT) {
            throw new WorkFailure(
                    Reason.ServerVersionUnsupported, "the backup was made by pg_dump " + client + ", whose archives set what PostgreSQL " + major
                            + " does not know; restore into a server of 17 or newer, or by hand: pg_restore -f - … | grep -v '^SET transaction_timeout' | psql …");
        }
        requireRoles(backup);
        if (manifest.dump().scope().include().none()) {
            requireExtensions(backup); // else none is dumped
        }
        if (backup.timescaledb() != null) {
            requireTimescale(backup);
        }
    }

    /** What is known to fail at the rows would fail when the target is gone. */
    private static void requireRestorable(Manifest.Dump dump) {
        String byHand = "; choose another backup, or restore this one by hand with the commands of its manifest (howToRestore)";
        if (dump.scope().content() == DumpContent.DataOnly) {
            throw new WorkFailure(Reason.InvalidSpec, "the backup has rows alone (content DataOnly), and a Restore makes a new database" + byHand);
        }
        if (dump.dangling() != null && !dump.dangling().isEmpty()) {
            throw new WorkFailure(
                    Reason.InvalidSpec, "foreign keys of " + Tables.some(dump.dangling().stream().map(TableName::toString).toList())
                            + " lead to what the backup does not have, and would fail" + byHand);
        }
    }

    private void requireRoles(Manifest.Database backup) {
        TreeSet<String> roles = new TreeSet<>(backup.roles());
        roles.add(backup.owner());
        if (backup.timescaledb() != null) {
            roles.addAll(backup.timescaledb().jobOwners());
        }
        roles.removeAll(database.query("listing roles", "SELECT rolname FROM pg_roles", row -> row.getString(1)));
        if (!roles.isEmpty()) {
            List<String> missing = List.copyOf(roles);
            throw new WorkFailure(
                    Reason.RoleMissing, "roles of the backup do not exist on the target server: " + Tables.some(missing) + "; create them first (CREATE ROLE "
                            + Sql.identifier(missing.getFirst()) + " LOGIN)");
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
        if (!database.is("asking whether this is a superuser", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
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

    /** @throws WorkFailure when this login could not drop it */
    public void requireDroppable(String name) {
        List<Boolean> rights = database.query(
                "looking at database " + name,
                "SELECT datistemplate, pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = ?",
                row -> !row.getBoolean(1) && row.getBoolean(2), name);
        if (rights.contains(false)) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "user " + database.login().user() + " may not drop database " + name
                            + ": it is a template, or owned by another role; use its owner or a superuser");
        }
    }

    /** Ends all connections to it and drops it, if it exists. */
    public void drop(String name) {
        database.execute("dropping database " + name, "DROP DATABASE IF EXISTS " + Sql.identifier(name) + " WITH (FORCE)");
    }

    /** Makes an empty database with the backup's encoding and locale. Only its owner and superusers may connect until it is opened. */
    public void create(String name, Manifest.Database like) {
        String quoted = Sql.identifier(name);
        database.execute("creating database " + name, "CREATE DATABASE " + quoted + " TEMPLATE template0" + locale(like));
        database.execute("closing database " + name, "REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC");
    }

    private String locale(Manifest.Database like) {
        StringBuilder sql = new StringBuilder();
        option(sql, "ENCODING", like.encoding());
        option(sql, "LC_COLLATE", like.collate());
        option(sql, "LC_CTYPE", like.ctype());
        boolean icu = "i".equals(like.localeProvider());
        boolean builtin = "b".equals(like.localeProvider());
        if (icu || builtin) {
            sql.append(" LOCALE_PROVIDER ").append(icu ? "icu" : "builtin");
            option(sql, icu ? "ICU_LOCALE" : "BUILTIN_LOCALE", like.locale());
            option(sql, "ICU_RULES", like.icuRules());
        }
        return sql.toString();
    }

    private static void option(StringBuilder sql, String name, String value) {
        if (value != null) {
            sql.append(' ').append(name).append(' ').append(Sql.literal(value));
        }
    }

    /** Gives it another name; whoever is connected to it, TimescaleDB's scheduler for one, is put out. */
    public void rename(String from, String to) {
        String quoted = Sql.identifier(from);
        database.execute("closing database " + from, "ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS false");
        for (int attempt = 1; ; attempt++) {
            database.query(
                    "ending connections to " + from,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid()", row -> row.getBoolean(1), from);
            try {
                database.execute("renaming database " + from, "ALTER DATABASE " + quoted + " RENAME TO " + Sql.identifier(to));
                break;
            } catch (WorkFailure e) {
                if (e.reason() != Reason.TargetInUse || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
        database.execute("opening database " + to, "ALTER DATABASE " + Sql.identifier(to) + " ALLOW_CONNECTIONS true");
    }

    /** Gives a restored database its owner, settings and grants: from here on others may connect. */
    public void open(String name, Manifest.Database like) {
        String quoted = Sql.identifier(name);
        for (Manifest.Setting setting : like.settings()) {
            String whose = setting.role().isEmpty() ? "DATABASE " + quoted : "ROLE " + Sql.identifier(setting.role()) + " IN DATABASE " + quoted;
            database.execute(
                    "setting " + setting.name() + " of database " + name,
                    "ALTER " + whose + " SET " + Sql.setting(setting.name()) + " TO " + Sql.settingValue(setting.name(), setting.value()));
        }
        database.execute("limiting connections of " + name, "ALTER DATABASE " + quoted + " CONNECTION LIMIT " + like.connectionLimit());
        for (Manifest.Grant grant : like.grants()) {
            String to = grant.grantee().isEmpty() ? "PUBLIC" : Sql.identifier(grant.grantee());
            database.execute(
                    "granting " + grant.privilege() + " on database " + name,
                    "GRANT " + Sql.privilege(grant.privilege()) + " ON DATABASE " + quoted + " TO " + to + (grant.grantable() ? " WITH GRANT OPTION" : ""));
        }
        database.execute("giving database " + name + " its owner", "ALTER DATABASE " + quoted + " OWNER TO " + Sql.identifier(like.owner()));
    }

    @Override
    public void close() {
        database.close();
    }
}
