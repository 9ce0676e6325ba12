package dev.remuda.worker.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is kept of a statement, however long it is: its beginning, its end without the strings, and its first words outside quotes. */
final class SqlStatement {
    private static final int HEAD = 1024;
    private static final int TAIL = 512;
    private static final int WORDS = 6;
    private static final int LONGEST_WORD = 63;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final byte[] tail = new byte[TAIL];
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private String lastWord = "";
    private long ended;
    private long line;
    private boolean copyIn;

    void clear() {
        head.reset();
        words.clear();
        word.setLength(0);
        lastWord = "";
        ended = 0;
        copyIn = false;
    }

    boolean isEmpty() {
        return head.size() == 0;
    }

    /** A byte of a string: of these only the beginning is kept. */
    void addQuoted(int b) {
        if (head.size() < HEAD) {
            head.write(b);
        }
    }

    void add(int b) {
        addQuoted(b);
        tail[(int) (ended++ % TAIL)] = (byte) b;
    }

    void addToWord(int b) {
        if (word.length() <= LONGEST_WORD) {
            word.append((char) b);
        }
    }

    /** @return whether a string that begins here is one with escapes */
    boolean endWord() {
        if (word.isEmpty()) {
            return false;
        }
        String ending = word.toString().toUpperCase(Locale.ROOT);
        word.setLength(0);
        if (words.size() < WORDS) {
            words.add(ending);
        }
        copyIn |= is(0, "COPY") && lastWord.equals("FROM") && ending.equals("STDIN");
        lastWord = ending;
        return ending.equals("E");
    }

    boolean is(int index, String... any) {
        return index < words.size() && List.of(any).contains(words.get(index));
    }

    /** Whether rows follow it. */
    boolean copyIn() {
        return copyIn;
    }

    String lastWord() {
        return lastWord;
    }

    void startsAt(long number) {
        line = number;
    }

    long line() {
        return line;
    }

    String beginning() {
        return head.toString(StandardCharsets.UTF_8);
    }

    String end() {
        if (ended <= TAIL) {
            return new String(tail, 0, (int) ended, StandardCharsets.UTF_8);
        }
        int start = (int) (ended % TAIL);
        byte[] ordered = new byte[TAIL];
        System.arraycopy(tail, start, ordered, 0, TAIL - start);
        System.arraycopy(tail, 0, ordered, TAIL - start, start);
        return new String(ordered, StandardCharsets.UTF_8);
    }
}
