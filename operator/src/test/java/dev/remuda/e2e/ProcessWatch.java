package dev.remuda.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Reads what every process of this machine, and so of its Pods, has as arguments and environment, many times a second, and keeps what holds
 * one of the words. Environments of Pods are seen by root alone.
 */
final class ProcessWatch implements AutoCloseable {
    private static final long EVERY_MILLIS = 25;

    private final Collection<String> words;
    private final Set<String> arguments = new TreeSet<>();
    private final Set<String> variables = new TreeSet<>();
    private final Map<Path, String> known = new HashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    ProcessWatch(Collection<String> words) {
        this.words = words;
        clock.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Each command line that was seen with one of the words. */
    synchronized Set<String> arguments() {
        return new TreeSet<>(arguments);
    }

    /** Each variable with one of the words, as {@code program NAME=value}. */
    synchronized Set<String> variables() {
        return new TreeSet<>(variables);
    }

    private synchronized void look() {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            Map<Path, String> now = new HashMap<>();
            for (Path process : processes) {
                String command = read(process.resolve("cmdline"));
                now.put(process, command);
                if (!command.equals(known.get(process))) { // begun since, or become another program
                    keep(process, command);
                }
            }
            known.clear();
            known.putAll(now);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void keep(Path process, String command) {
        String program = command.split("\0", 2)[0].replaceFirst(".*/", "");
        if (hasWord(command)) {
            arguments.add(command.replace('\0', ' '));
        }
        Arrays.stream(read(process.resolve("environ")).split("\0")).filter(this::hasWord).map(variable -> program + " " + variable).forEach(variables::add);
    }

    private boolean hasWord(String text) {
        return words.stream().anyMatch(text::contains);
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // it has ended, or it is another user's
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
