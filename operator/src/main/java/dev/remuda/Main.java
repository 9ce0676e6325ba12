package dev.remuda;

import java.io.IOException;

import dev.remuda.worker.WorkerApp;

/** The one entry: the first argument picks the role. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
        if ("json".equals(System.getenv("REMUDA_LOG_FORMAT"))) {
            System.setProperty("logback.configurationFile", "logback-json.xml"); // before the first logger is made
        }
        switch (args.length == 1 ? args[0] : "") {
            case "operator" -> OperatorApp.run(System.getenv());
            // Not exit: its hooks would wait for this thread, which is what the worker's own hook waits for when a signal ends it.
            case "worker" -> Runtime.getRuntime().halt(WorkerApp.run(System.getenv()));
            case "leave" -> System.exit(Leaving.run(System.getenv()));
            default -> {
                System.err.println("usage: remuda operator|worker|leave");
                System.exit(2);
            }
        }
    }
}
