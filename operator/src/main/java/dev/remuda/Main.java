package dev.remuda;

import java.io.IOException;

/** The one entry: the first argument picks the role. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
        switch (args.length == 1 ? args[0] : "") {
            case "operator" -> OperatorApp.run(System.getenv());
            default -> {
                System.err.println("usage: remuda operator|worker");
                System.exit(2);
            }
        }
    }
}
