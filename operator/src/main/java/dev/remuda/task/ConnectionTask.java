package dev.remuda.task;

/**
 * Write down how to connect to a restored database, for the program that migrates it.
 *
 * @param target with the name of the database to connect to
 * @param directory where to, a volume in memory that the program's container shares
 */
public record ConnectionTask(DatabaseAccess target, String directory) implements Task {
    /** The file: lines of {@code export NAME='value'} for a POSIX shell. */
    public static final String FILE = "connection.env";
}
