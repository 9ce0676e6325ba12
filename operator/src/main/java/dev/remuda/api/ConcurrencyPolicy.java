package dev.remuda.api;

/** What happens when a backup is due while another of the same policy is under way. */
public enum ConcurrencyPolicy {
    /** It waits until the other has ended. */
    Forbid,
    /** The other, if it was made by the schedule, is stopped and Failed with reason Replaced. */
    Replace
}
