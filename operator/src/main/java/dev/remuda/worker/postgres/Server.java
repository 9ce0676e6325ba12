package dev.remuda.worker.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.worker.Patience;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Manifest;

/** A server into which a backup is restored: its databases as things that are created, marked and dropped. */
public final class Server implements AutoCloseable {

    private static final int LOOKS = 100;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final Database database;

    private Server(Database database) {
        this.database = database;
    }

    /** Connects to a database that is not the target, since that one is dropped. A stop does not end it: it is what cleans up. */
    public static Server connect(Login login) {
        return connect(login, Patience.USUAL);
    }

    /** @param patience with the server, when it falls silent */
    public static Server connect(Login login, Patience patience) {
        return new Server(login.database().equals("postgres") ? connect(login, "template1", patience) : anyOf(login, patience));
    }

    /**
     * The same for a Restore whose earlier worker may be at work still, on a node that is cut off from the cluster. All its connections, those of its
     * programs too, are ended and gone before this returns; what it then does over this one's head fails.
     */
    public static Server connectAlone(Login login, Patience patience) {
        Server server = connect(login, patience);
        try {
            for (int look = 0; server.endNamesakes() > 0; look++) {
                if (look == LOOKS) {
                    throw new WorkFailure(Reason.TargetInUse, "connections of an earlier worker of this Restore do not end on " + login.server());
                }
                new Stop().await(BETWEEN_LOOKS);
            }
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private int endNamesakes() {
        List<Integer> others = database.query(
                "looking for an earlier worker",
                "SELECT pid FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()", row -> row.getInt(1));
        end(others);
        return others.size();
    }

    private static Database anyOf(Login login, Patience patience) {
        try {
            return connect(login, "postgres", patience);
        } catch (WorkFailure e) {
            if (e.reason() != Reason.DatabaseNotFound) {
                throw e;
            }
            return connect(login, "template1", patience);
        }
    }

    private static Database connect(Login login, String name, Patience patience) {
        return Database.connect(login.withDatabase(name), Reason.RestoreFailed, new Stop(patience));
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

    /** Ends the connections to it that this login may end. */
    void endConnections(String name) {
        end(database.query(
                "listing connections to " + name, "SELECT pid FROM pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid()", row -> row.getInt(1), name));
    }

    private void end(List<Integer> connections) {
        for (int pid : connections) {
            try {
                database.is("ending a connection", "SELECT pg_terminate_backend(?)", pid);
            } catch (WorkFailure e) {
                if (e.reason() != Reason.DatabasePermissionDenied) {
                    throw e;
                }
            }
        }
    }

    /** Ends all connections to it and drops it, if it exists. */
    public void drop(String name) {
        database.execute("dropping database " + name, "DROP DATABASE IF EXISTS " + Sql.identifier(name) + " WITH (FORCE)");
    }

    /** Makes an empty database with the backup's encoding and locale. Only its owner and superusers may connect until it is opened. */
    public void create(String name, Manifest.Database like) {
        String quoted = Sql.identifier(name);
        try {
            database.execute("creating database " + name, "CREATE DATABASE " + quoted + " TEMPLATE template0" + locale(like));
        } catch (WorkFailure e) {
            // Of the server's locales, not of the backup; nothing else is new in that statement.
            throw e.reason() != Reason.RestoreFailed ? e : new WorkFailure(Reason.InvalidSpec, e.getMessage() + "; the server lacks a locale or encoding of the backed-up database:" + locale(like), e);
        }
        database.execute("closing database " + name, "REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC");
        if (like.comment() != null) {
            database.execute("commenting on database " + name, comment(name, like.comment()));
        }
    }

    /** Makes a role that cannot log in. */
    public void createRole(String name) {
        database.execute("creating role " + name, "CREATE ROLE " + Sql.identifier(name));
    }

    /** Makes it a role's, so that the role may create in it. @param owner null: it stays the login's for now */
    public void give(String name, String owner) {
        if (owner != null) {
            database.execute("giving database " + name + " its owner", "ALTER DATABASE " + Sql.identifier(name) + " OWNER TO " + Sql.identifier(owner));
        }
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

    /** Its object id; empty when there is none of that name. */
    public Optional<Long> oid(String name) {
        return database.query("looking for database " + name, "SELECT oid::bigint FROM pg_database WHERE datname = ?", row -> row.getLong(1), name).stream().findFirst();
    }

    /** Notes about the database which restore filled it: the last thing that a restore writes, and the proof that it is whole. */
    public void mark(String name, String uid) {
        comment(name, marks(name).without(Marks.SHAPE).with(Marks.RESTORE, uid));
    }

    /** The statement that does so, for a transaction of somebody else's. */
    public String marking(String name, String uid) {
        return comment(name, marks(name).with(Marks.RESTORE, uid).comment());
    }

    /** Keeps what a database shall be like, for whoever goes on when the one that it is like is gone. */
    public void keep(String name, Manifest.Database shape) {
        comment(name, marks(name).with(Marks.SHAPE, Json.write(shape)));
    }

    public Optional<Manifest.Database> kept(String name) {
        return marks(name).get(Marks.SHAPE).map(text -> Json.read(text, Manifest.Database.class));
    }

    public boolean isMarked(String name, String uid) {
        return marks(name).get(Marks.RESTORE).filter(uid::equals).isPresent();
    }

    Marks marks(String name) {
        return Marks.in(database.query(
                "reading the comment on database " + name,
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = ?", row -> row.getString(1), name)
                .stream().filter(Objects::nonNull).findFirst().orElse(null));
    }

    void comment(String name, Marks marks) {
        database.execute("commenting on database " + name, comment(name, marks.comment()));
    }

    /** @param text null: none */
    static String comment(String name, String text) {
        return "COMMENT ON DATABASE " + Sql.identifier(name) + " IS " + (text == null ? "NULL" : Sql.literal(text));
    }

    /** Name of the database that it is connected to. */
    public String through() {
        return database.login().database();
    }

    /** The connection that this server is reached by. */
    Database database() {
        return database;
    }

    /**
     * Gives a restored database its owner, settings and grants: from here on others may connect.
     *
     * @param owner who owns it instead, without rights for others; null: as it was
     */
    public void open(String name, Manifest.Database like, String owner) {
        String quoted = Sql.identifier(name);
        for (Manifest.Setting setting : like.settings()) {
            String whose = setting.role().isEmpty() ? "DATABASE " + quoted : "ROLE " + Sql.identifier(setting.role()) + " IN DATABASE " + quoted;
            database.execute(
                    "setting " + setting.name() + " of database " + name,
                    "ALTER " + whose + " SET " + Sql.setting(setting.name()) + " TO " + Sql.settingValue(setting.name(), setting.value()));
        }
        database.execute("limiting connections of " + name, "ALTER DATABASE " + quoted + " CONNECTION LIMIT " + like.connectionLimit());
        if (owner == null) {
            grant(name, like);
        }
        give(name, owner == null ? like.owner() : owner);
    }

    private void grant(String name, Manifest.Database like) {
        for (Manifest.Grant grant : like.grants()) {
            String to = grant.grantee().isEmpty() ? "PUBLIC" : Sql.identifier(grant.grantee());
            database.execute(
                    "granting " + grant.privilege() + " on database " + name,
                    "GRANT " + Sql.privilege(grant.privilege()) + " ON DATABASE " + Sql.identifier(name) + " TO " + to + (grant.grantable() ? " WITH GRANT OPTION" : ""));
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
