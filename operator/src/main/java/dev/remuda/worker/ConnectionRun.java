package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

import dev.remuda.task.ConnectionResult;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.Reason;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Login;

/** Writes down how to connect, as lines for a shell to read. They stand in a volume in memory that ends with the Pod. */
final class ConnectionRun {
    private final ConnectionTask task;

    ConnectionRun(ConnectionTask task) {
        this.task = task;
    }

    ConnectionResult run() {
        Login login = ConnectionSecret.login(task.target(), null);
        String lines = login.forPrograms().entrySet().stream()
                .map(variable -> "export " + variable.getKey() + "=" + quoted(variable.getValue()) + "\n")
                .collect(Collectors.joining());
        try {
            Files.writeString(Path.of(task.directory()).resolve(ConnectionTask.FILE), lines);
        } catch (IOException e) {
            throw new WorkFailure(Reason.InternalError, "the connection could not be written down for the migrations: " + e.getMessage(), e);
        }
        return new ConnectionResult();
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
