package dev.remuda.job;

import java.net.HttpURLConnection;

/** The API server's answer that a write cannot be made as it is, or cannot now. An API server that does not answer is another matter. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int UNPROCESSABLE = 422;

    private final int code;
    private final boolean namespaceEnds;

    /** @param code of HTTP */
    public Refusal(int code, String message) {
        this(code, message, false);
    }

    /** @param namespaceEnds whether it is because the namespace is being deleted */
    public Refusal(int code, String message, boolean namespaceEnds) {
        super(message);
        this.code = code;
        this.namespaceEnds = namespaceEnds;
    }

    /** Whether nothing can be created any more because the namespace is being deleted. */
    public boolean namespaceEnds() {
        return namespaceEnds;
    }

    /** Whether one of that name exists, or it was changed, which the observation did not know. */
    public boolean isConflict() {
        return code == HttpURLConnection.HTTP_CONFLICT;
    }

    /** Whether the Job itself is wrong, so that a second try would be refused again. */
    public boolean isFinal() {
        return code == HttpURLConnection.HTTP_BAD_REQUEST || code == UNPROCESSABLE;
    }
}
