package dev.remuda.worker.postgres;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads SQL as psql does: what is in a string, a quoted name, a comment or the rows of a COPY is no statement and no command. Nothing is held but
 * the beginnings and ends of things, so that lines and statements may be as long as they like.
 */
final class SqlReader {
    private static final int BUFFER = 256 * 1024;
    private static final int KEPT = 256;
    private static final int END_OF_ROWS = 3;

    /** What it finds. */
    interface Finds {
        /** @param besideRows on the line after which the rows of a COPY come */
        void begun(long line, boolean besideRows);

        void statement(SqlStatement statement);

        /** @param text without the dashes, cut after some bytes */
        void comment(String text);

        /** @param command from the backslash on, cut after some bytes */
        void command(String command, long line, boolean withinStatement);

        /** @param row its beginning */
        void row(String row);

        boolean wantsRows();
    }

    private enum State {
        Plain,
        Text,
        Name,
        Tag,
        Dollar,
        Comment,
        Block,
        Command,
        Rows
    }

    private final Finds finds;
    private final SqlStatement statement = new SqlStatement();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private State state = State.Plain;
    private boolean escapes;
    private boolean standardStrings = true;
    private boolean continued;
    private boolean skip;
    private boolean rowsNext;
    private boolean wants;
    private byte[] tag = {};
    private int matched;
    private int held;
    private int before;
    private int depth;
    private int nested;
    private long line = 1;
    private long rows;

    SqlReader(Finds finds) {
        this.finds = finds;
    }

    void read(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int start = mark(in.readNBytes(buffer, 0, 3), buffer);
        take(buffer, start, 3);
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            take(buffer, 0, n);
        }
        if (state == State.Comment || state == State.Command || state == State.Rows && kept.size() > 0) {
            take('\n');
            line--;
        }
        flush();
    }

    /** UTF-8's byte order mark is not part of it. @return where it starts; the whole when fewer bytes came */
    private int mark(int n, byte[] buffer) {
        if (n < 3) {
            for (int i = 0; i < n; i++) {
                take(buffer[i] & 0xff);
            }
            return 3;
        }
        return Unpacking.startsWith(buffer, 0xef, 0xbb, 0xbf) ? 3 : 0;
    }

    /** Where it is, at the end for a message: empty between statements. */
    String within() {
        return switch (state) {
            case Rows -> "the rows of a COPY";
            case Text, Dollar -> "a string";
            case Name -> "a quoted name";
            case Block -> "a comment";
            default -> statement.isEmpty() ? "" : "a statement that began at line " + statement.line();
        };
    }

    long line() {
        return line;
    }

    long rows() {
        return rows;
    }

    /** As the server's setting of that name. */
    void standardStrings(boolean on) {
        standardStrings = on;
    }

    private void take(byte[] buffer, int from, int to) {
        int i = from;
        while (i < to) {
            if (state == State.Rows && kept.size() >= rowBytes()) {
                while (i < to && buffer[i] != '\n') {
                    i++;
                }
            }
            if (i < to) {
                take(buffer[i++] & 0xff);
            }
        }
    }

    private void take(int b) {
        if (b == '\n') {
            line++;
        }
        switch (state) {
            case Plain -> plain(b);
            case Text -> text(b);
            case Name -> name(b);
            case Tag -> tag(b);
            case Dollar -> dollar(b);
            case Comment -> comment(b);
            case Block -> block(b);
            case Command -> command(b);
            case Rows -> row(b);
        }
    }

    private void plain(int b) {
        if (held == '-' && b == '-') {
            start(State.Comment);
        } else if (held == '/' && b == '*') {
            start(State.Block);
            nested = 1;
            before = 0;
        } else {
            flush();
            if (b == '-' || b == '/') {
                statement.endWord();
                held = b;
                return;
            }
            code(b);
        }
        held = 0;
    }

    private void start(State next) {
        held = 0;
        kept.reset();
        state = next;
    }

    private void flush() {
        if (held != 0) {
            add(held);
            continued = false;
            before = held;
            held = 0;
        }
    }

    private void code(int b) {
        if (isNamePart(b)) {
            if (b == '$' && !isNamePart(before)) {
                start(State.Tag);
                return;
            }
            add(b);
            statement.addToWord(b);
        } else {
            boolean withEscapes = statement.endWord() && isNamePart(before);
            special(b, withEscapes);
        }
        continued &= isSpace(b);
        before = b;
    }

    private void special(int b, boolean withEscapes) {
        switch (b) {
            case '\'' -> {
                escapes = withEscapes || continued || !standardStrings;
                add(b);
                state = State.Text;
            }
            case '"' -> {
                add(b);
                state = State.Name;
            }
            case '\\' -> {
                start(State.Command);
                kept.write(b);
            }
            case ';' -> semicolon();
            case '\n' -> newline();
            default -> {
                depth = Math.max(0, depth + (b == '(' ? 1 : b == ')' ? -1 : 0));
                if (!isSpace(b) || !statement.isEmpty()) {
                    add(b);
                }
            }
        }
    }

    private void add(int b) {
        if (statement.isEmpty()) {
            statement.startsAt(line);
            finds.begun(line, rowsNext);
        }
        statement.add(b);
    }

    private void semicolon() {
        if (statement.isEmpty()) {
            return;
        }
        if (depth > 0) {
            add(';');
            return;
        }
        rowsNext = statement.copyIn();
        finds.statement(statement);
        statement.clear();
    }

    private void newline() {
        if (rowsNext) {
            rowsNext = false;
            wants = finds.wantsRows();
            start(State.Rows);
        } else if (!statement.isEmpty()) {
            add('\n');
        }
    }

    private void text(int b) {
        statement.addQuoted(b);
        if (skip) {
            skip = false;
        } else if (escapes && b == '\\') {
            skip = true;
        } else if (b == '\'') {
            state = State.Plain;
            continued = escapes;
            before = 0;
        }
    }

    private void name(int b) {
        statement.add(b);
        if (b == '"') {
            state = State.Plain;
            before = 0;
        }
    }

    private void tag(int b) {
        boolean first = kept.size() == 0;
        if (b == '$') {
            tag = kept.toByteArray();
            matched = 0;
            add(b);
            state = State.Dollar;
        } else if (isNamePart(b) && (!first || b < '0' || b > '9') && kept.size() < KEPT) {
            kept.write(b);
        } else {
            byte[] noTag = kept.toByteArray();
            state = State.Plain;
            add('$');
            before = '$';
            for (byte each : noTag) {
                code(each & 0xff);
            }
            plain(b);
        }
    }

    /** The tag has no dollar in it, so a dollar always starts anew. */
    private void dollar(int b) {
        if (b == '$') {
            if (matched == tag.length + 1) {
                statement.addQuoted(b);
                state = State.Plain;
                before = 0;
                return;
            }
            matched = 1;
        } else {
            matched = matched > 0 && matched <= tag.length && (tag[matched - 1] & 0xff) == b ? matched + 1 : 0;
        }
        statement.addQuoted(b);
    }

    private void comment(int b) {
        if (b != '\n') {
            keep(b);
            return;
        }
        state = State.Plain;
        if (statement.isEmpty()) {
            finds.comment(keptText());
        }
        before = 0;
        newline();
    }

    private void block(int b) {
        if (before == '*' && b == '/') {
            nested--;
            before = 0;
        } else if (before == '/' && b == '*') {
            nested++;
            before = 0;
        } else {
            before = b;
        }
        if (nested == 0) {
            state = State.Plain;
        }
    }

    private void command(int b) {
        if (b != '\n') {
            keep(b);
            return;
        }
        state = State.Plain;
        before = 0;
        finds.command(keptText(), line - 1, !statement.isEmpty() || rowsNext);
        newline();
    }

    private void row(int b) {
        if (b != '\n') {
            if (kept.size() < rowBytes()) {
                kept.write(b);
            }
            return;
        }
        if (isEndOfRows()) {
            start(State.Plain);
            before = 0;
            return;
        }
        rows++;
        if (wants) {
            finds.row(kept.toString(StandardCharsets.UTF_8));
        }
        kept.reset();
    }

    private boolean isEndOfRows() {
        return kept.size() <= END_OF_ROWS && List.of("\\.", "\\.\r").contains(kept.toString(StandardCharsets.UTF_8));
    }

    private int rowBytes() {
        return wants ? KEPT : END_OF_ROWS + 1;
    }

    private void keep(int b) {
        if (kept.size() < KEPT) {
            kept.write(b);
        }
    }

    private String keptText() {
        return kept.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private static boolean isNamePart(int b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '$' || b >= 0x80;
    }

    private static boolean isSpace(int b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }
}
