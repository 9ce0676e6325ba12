package dev.remuda.worker.postgres;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** A libpq connection URI, such as {@code postgresql://user:password@host:5432/name?sslmode=require}. What it does not say is null. */
record ConnectionUri(String host, String port, String database, String user, String password, String sslMode) {
    private static final Pattern FORM =
            Pattern.compile("postgres(?:ql)?://(?:(?<user>[^:@/]*)(?::(?<password>.*))?@)?(?<host>\\[[^]]*]|[^:/?@]*)(?::(?<port>[0-9]*))?(?:/(?<database>[^?]*))?(?:\\?(?<query>.*))?");

    /** @throws WorkFailure InvalidSpec, which names the Secret and never the text */
    static ConnectionUri parse(String text, String secretName) {
        Matcher m = FORM.matcher(text);
        if (!m.matches() || text.contains("%00")) { // no environment takes a zero, and the refusal would quote the password
            throw new WorkFailure(
                    Reason.InvalidSpec, "the connection URI in Secret " + secretName
                            + " is not of the form postgresql://user:password@host:port/database with one host; special characters in it must be percent-encoded");
        }
        String host = decode(m.group("host"));
        return new ConnectionUri(
                host == null ? null : host.replaceAll("^\\[|]$", ""), decode(m.group("port")), decode(m.group("database")), decode(m.group("user")),
                decode(m.group("password")), parameter(m.group("query"), "sslmode"));
    }

    private static String parameter(String query, String name) {
        return query == null
                ? null
                : Stream.of(query.split("&"))
                        .filter(pair -> pair.startsWith(name + "="))
                        .map(pair -> decode(pair.substring(name.length() + 1)))
                        .findFirst()
                        .orElse(null);
    }

    /** A plus sign stands for itself here, unlike in forms. */
    private static String decode(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a bare percent sign: taken as it stands
        }
    }

    @Override
    public String toString() {
        return "connection URI of " + host;
    }
}
