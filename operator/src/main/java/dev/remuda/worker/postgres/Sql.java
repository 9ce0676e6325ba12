package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Quoting for statements that take no parameters. Names may come from a manifest, that is, from the store: nothing of it is trusted. */
final class Sql {
    /** Settings whose value is a list of names, which the server stores quoted already. */
    private static final Set<String> LISTS = Set.of(
            "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries", "temp_tablespaces",
            "unix_socket_directories");

    private static final Pattern LIST_ENTRY = Pattern.compile("\\G\\s*(?:\"(?<quoted>(?:[^\"]|\"\")*)\"|(?<plain>[^,\"\\s]+))\\s*(?:,|$)");

    private static final Set<String> PRIVILEGES = Set.of("CREATE", "CONNECT", "TEMPORARY");

    private Sql() {}

    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String name(String schema, String name) {
        return identifier(schema) + "." + identifier(name);
    }

    static String literal(String text) {
        boolean escapes = text.contains("\\");
        return (escapes ? " E'" : "'") + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /** A setting's name may have one dot, for those of extensions. */
    static String setting(String name) {
        String[] parts = name.split("\\.", 2);
        return parts.length == 1 ? identifier(name) : name(parts[0], parts[1]);
    }

    static String settingValue(String name, String value) {
        if (!LISTS.contains(name)) {
            return literal(value);
        }
        return String.join(", ", names(value).stream().map(Sql::literal).toList());
    }

    static String privilege(String name) {
        if (!PRIVILEGES.contains(name)) {
            throw new IllegalArgumentException("no privilege on a database: " + name);
        }
        return name;
    }

    /** The names of a stored list, such as {@code "$user", public}. */
    private static List<String> names(String list) {
        List<String> names = new ArrayList<>();
        Matcher m = LIST_ENTRY.matcher(list);
        while (m.find() && !m.group().isEmpty()) {
            names.add(m.group("quoted") != null ? m.group("quoted").replace("\"\"", "\"") : m.group("plain"));
        }
        return names.isEmpty() ? List.of("") : names;
    }
}
