package dev.remuda.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.remuda.support.S3Call.Request;

/** The first line of a request or an answer, and its headers. */
record HttpHead(List<String> lines) {
    /** Byte by byte: what follows belongs to the body. */
    static HttpHead read(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed within the head");
            } else if (b == '\n' && line.isEmpty()) {
                return new HttpHead(lines);
            } else if (b == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            } else if (b != '\r') {
                line.append((char) b);
            }
        }
    }

    String method() {
        return lines.getFirst().split(" ")[0];
    }

    Request request() {
        return Request.of(method(), lines.getFirst().split(" ")[1], header("x-amz-copy-source") != null);
    }

    /** @return null without it */
    String header(String name) {
        return lines.stream().skip(1).filter(line -> line.toLowerCase().startsWith(name + ":")).map(line -> line.substring(name.length() + 1).strip()).findFirst().orElse(null);
    }

    boolean expects() {
        return header("expect") != null;
    }

    long length() {
        String length = header("content-length");
        return length == null ? 0 : Long.parseLong(length);
    }

    /** The same, after which the store closes the connection; both headers are never part of a signature. */
    HttpHead closing() {
        Stream<String> kept = lines.stream().filter(line -> !line.toLowerCase().startsWith("expect:") && !line.toLowerCase().startsWith("connection:"));
        return new HttpHead(Stream.concat(kept, Stream.of("Connection: close")).toList());
    }

    byte[] bytes() {
        return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
