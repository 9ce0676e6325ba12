package dev.remuda.job;

import java.net.HttpURLConnection;

/** The API server's answer that a Job cannot be created as it is, or cannot now. An API server that does not answer is another matter. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int UNPROCESSABLE = 422;

    private final int code;

    /** @param code of HTTP */
    public Refusal(int code, String message) {
        super(message);
        this.code = code;
    }

    /** Whether a Job of that name exists, which the observation did not know. */
    public boolean isConflict() {
        return code == HttpURLConnection.HTTP_CONFLICT;
    }

    /** Whether the Job itself is wrong, so that a second try would be refused again. */
    public boolean isFinal() {
        return code == HttpURLConnection.HTTP_BAD_REQUEST || code == UNPROCESSABLE;
    }
}
