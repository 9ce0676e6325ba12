package dev.remuda.restore;

import java.time.Duration;

/**
 * How long is waited for what.
 *
 * @param start how long a Pod may wait to start
 * @param archivePoll how long until it is asked again whether a dump has come back from an archive
 */
record Limits(Duration start, Duration archivePoll) {}
