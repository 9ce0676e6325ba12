package dev.remuda.task;

import java.util.regex.Pattern;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TableNameTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "public.races | public | races",
        "public.Races | public | Races",
        "public.\"odd.Name\" | public | odd.Name",
        "\"a.b\".c | a.b | c",
        "public.\"\"\"; drop\" | public | \"; drop",
        "public.\"\"\"\" | public | \"",
        "Ställe.Pferde 🐎 | Ställe | Pferde 🐎",
        "a.*  | a | *",
    })
    void eachPartIsTakenAsItIsWritten(String text, String schema, String name) {
        assertThat(text).matches(TableName.PATTERN);
        assertThat(TableName.parse(text)).isEqualTo(new TableName(schema, name));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", ".", "races", "public.", ".races", "a.b.c", "public.\"races", "public.races\"", "public.\"\"", "\"\".races", "public.\"a\"b", "\"a\"b.c", "\"public.races\"", "a.\"b\"\"",
        "a.b\0"
    })
    void whatIsNoNameIsRefusedWithAnExampleOfOne(String text) {
        assertThat(text).doesNotMatch(TableName.PATTERN);
        assertThatThrownBy(() -> TableName.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("such as public.races").hasMessageContaining(text);
    }

    @Test
    void isWrittenAsSqlReadsIt() {
        assertThat(new TableName("public", "races")).hasToString("public.races");
        assertThat(new TableName("public", "Races")).hasToString("public.\"Races\"");
        assertThat(new TableName("a b", "\"; drop")).hasToString("\"a b\".\"\"\"; drop\"");
    }

    @Property
    void whatIsWrittenIsReadAgain(@ForAll @StringLength(min = 1, max = 63) String schema, @ForAll @StringLength(min = 1, max = 63) String name) {
        TableName table = new TableName(schema.replace('\0', '0'), name.replace('\0', '0'));

        assertThat(TableName.parse(table.toString())).isEqualTo(table);
        assertThat(table.toString()).matches(Pattern.compile(TableName.PATTERN)).hasSizeLessThanOrEqualTo(TableName.MAX_LENGTH);
    }

    @Property
    void theSchemasPatternAcceptsTheSame(@ForAll @Chars({'a', '"', '.', 'B', ' '}) @StringLength(max = 12) String text) {
        boolean accepted = true;
        try {
            TableName.parse(text);
        } catch (IllegalArgumentException e) {
            accepted = false;
        }

        assertThat(text.matches(TableName.PATTERN)).isEqualTo(accepted);
    }
}
