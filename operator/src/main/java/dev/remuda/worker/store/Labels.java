package dev.remuda.worker.store;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A label's value, which may be any text (databases have free names), in the forms that S3 takes. */
final class Labels {
    private static final int MAX_TAG = 256;

    private Labels() {}

    /** Tags take letters, digits, spaces and a few signs of every alphabet; others become an underscore. */
    static String tag(String value) {
        String text = value.replaceAll("[^\\p{L}\\p{N} +\\-=._:/@]", "_");
        return text.substring(0, Math.min(MAX_TAG, text.length()));
    }

    /** Metadata travels in HTTP headers, which take ASCII alone. */
    static String header(String value) {
        return value.matches("[!-~]*") ? value : URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
