package dev.remuda.worker.postgres;

import java.util.List;

import dev.remuda.worker.store.Manifest;

/** Reads what a manifest says of a database beside its tables: all that is needed to create it anew elsewhere. */
public final class DatabaseFacts {
    // Columns have come and gone between majors; a row as JSON lacks what the server does not know.
    private static final String DATABASE = """
            SELECT pg_database_size(oid), pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit,
                   to_jsonb(d)->>'datlocprovider', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'), to_jsonb(d)->>'daticurules',
                   shobj_description(oid, 'pg_database')
            FROM pg_database d WHERE datname = current_database()
            """;

    private static final String SETTINGS = """
            SELECT coalesce(r.rolname, ''), split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
            FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS setting
            WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND setting NOT LIKE 'timescaledb.restoring=%' ORDER BY 1, 2
            """;

    private static final String GRANTS = """
            SELECT coalesce(r.rolname, ''), a.privilege_type, a.is_grantable
            FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE d.datname = current_database() AND (a.grantee = 0 OR r.rolname IS NOT NULL) ORDER BY 1, 2
            """;

    // The server notes what depends on a role, but not for the superuser it was born with.
    private static final String ROLES = """
            SELECT r.rolname FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
            WHERE s.refclassid = 'pg_authid'::regclass AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND s.deptype IN ('o', 'a', 'r')
            UNION
            SELECT r.rolname FROM pg_database d, aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee WHERE d.datname = current_database()
            UNION
            SELECT r.rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
            WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            UNION
            SELECT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1
            """;

    private static final String EXTENSIONS = """
            SELECT e.extname, e.extversion, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1
            """;

    private DatabaseFacts() {}

    /** In bytes. */
    public static long size(Database database) {
        return database.one("asking for the size", "SELECT pg_database_size(current_database())", row -> row.getLong(1));
    }

    /** Of a dump: with include, neither TimescaleDB nor anything of it is dumped, so where it is restored TimescaleDB plays no part. */
    public static Manifest.Database read(Snapshot snapshot) {
        return read(snapshot.database(), snapshot.scope().include().none());
    }

    public static Manifest.Database read(Database database) {
        return read(database, true);
    }

    private static Manifest.Database read(Database database, boolean withTimescale) {
        List<Manifest.Setting> settings = database.query(
                "reading settings", SETTINGS, row -> new Manifest.Setting(row.getString(1), row.getString(2), row.getString(3)));
        List<Manifest.Grant> grants = database.query(
                "reading grants", GRANTS, row -> new Manifest.Grant(row.getString(1), row.getString(2), row.getBoolean(3)));
        List<String> roles = database.query("reading roles", ROLES, row -> row.getString(1));
        List<Manifest.Extension> extensions = database.query(
                "reading extensions", EXTENSIONS, row -> new Manifest.Extension(row.getString(1), row.getString(2), row.getString(3)));
        Manifest.Timescale timescale = withTimescale ? Timescale.facts(database) : null;
        String version = database.version();
        int major = database.major();
        return database.one("reading the database's properties", DATABASE, row -> new Manifest.Database(
                database.login().database(), version, major, row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5),
                row.getString(7), row.getString(8), row.getString(9), row.getInt(6), settings, grants, roles, extensions, timescale, Marks.others(row.getString(10))));
    }
}
