package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.List;

import dev.remuda.worker.store.Manifest;

/**
 * What stands before and after the SQL of a dump that is restored in one transaction. Whether the rows are those of the manifest, and whether the
 * user's checks are true, is asked inside it, so that nothing of a restore that went wrong is ever seen. A script that is cut off never commits.
 *
 * @param expected tables with the rows that they must have
 * @param checks the user's queries
 * @param mark the statement that notes the restore, in the same transaction
 * @param tag makes a quote that nothing in the checks can end
 */
public record Transaction(List<Manifest.Table> expected, List<String> checks, String mark, String tag) {
    String begin(InPlace plan) {
        return script(List.of("BEGIN", "SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = '30s'")) + script(plan.before()) + script(List.of("SET LOCAL lock_timeout = 0"));
    }

    String end(InPlace plan) {
        List<String> statements = new ArrayList<>();
        statements.add("RESET ROLE");
        statements.addAll(plan.after());
        expected.forEach(table -> statements.add(counted(table)));
        statements.add("RESET search_path");
        checks.forEach(check -> statements.add(checked(check)));
        statements.add(mark);
        statements.add("COMMIT");
        return script(statements);
    }

    private static String script(List<String> statements) {
        StringBuilder text = new StringBuilder();
        statements.forEach(statement -> text.append(statement).append(";\n"));
        return text.toString();
    }

    private String counted(Manifest.Table table) {
        String name = Sql.name(table.schema(), table.name());
        return block("DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM " + (table.kind().equals("table") ? "ONLY " : "") + name + "; IF n <> " + table.rows() + " THEN RAISE EXCEPTION USING ERRCODE = 'RM001', MESSAGE = "
                + Sql.literal(table.schema() + "." + table.name() + " has ") + " || n || " + Sql.literal(" rows instead of " + table.rows()) + "; END IF; END");
    }

    private String checked(String check) {
        return block("DECLARE answer boolean; BEGIN EXECUTE " + Sql.literal(check) + " INTO STRICT answer; IF answer IS NOT TRUE THEN RAISE EXCEPTION USING ERRCODE = 'RM001', MESSAGE = "
                + Sql.literal("check '" + check + "' must return true and returned ") + " || coalesce(answer::text, 'null'); END IF; END");
    }

    private String block(String body) {
        String quote = "$remuda_" + tag.replace("-", "") + "$";
        return "DO " + quote + " " + body + " " + quote;
    }
}
