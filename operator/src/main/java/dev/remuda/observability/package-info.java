/** What an installation shows of itself: probes and metrics. */
package dev.remuda.observability;
