package dev.remuda.task;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which part of a database is dumped.
 *
 * @param include nothing in it: everything, but what is excluded
 */
public record DumpScope(DumpContent content, Selection include, Exclusion exclude) {
    public static final DumpScope WHOLE = new DumpScope(null, null, null);

    private static final int SHOWN = 3;

    public DumpScope {
        content = content == null ? DumpContent.All : content;
        include = include == null ? Selection.NONE : include;
        exclude = exclude == null ? Exclusion.NONE : exclude;
    }

    public boolean whole() {
        return equals(WHOLE);
    }

    /** Whether a table is in the dump, with rows or without. */
    public boolean contains(TableName table) {
        return (include.none() || include.contains(table)) && !exclude.contains(table);
    }

    public boolean containsRows(TableName table) {
        return content != DumpContent.SchemaOnly && contains(table) && !exclude.tableData().contains(table);
    }

    /** For people: {@code schema only, 2 schemas (a, b)}; empty for the whole. */
    public String words() {
        List<String> words = new ArrayList<>();
        switch (content) {
            case All -> { }
            case SchemaOnly -> words.add("schema only");
            case DataOnly -> words.add("rows only");
        }
        add(words, "", include.schemas(), "schema");
        add(words, "", include.tables(), "table");
        add(words, "without ", exclude.schemas(), "schema");
        add(words, "without ", exclude.tables(), "table");
        add(words, "without the rows of ", exclude.tableData(), "table");
        return String.join(", ", words);
    }

    private static void add(List<String> words, String before, List<?> names, String kind) {
        if (!names.isEmpty()) {
            String shown = names.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
            words.add(before + names.size() + " " + kind + (names.size() == 1 ? "" : "s") + " (" + shown + (names.size() > SHOWN ? ", …" : "") + ")");
        }
    }
}
