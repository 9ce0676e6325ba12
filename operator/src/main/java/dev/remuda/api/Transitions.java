package dev.remuda.api;

/** Who moves a dump to the storage class of its tier. */
public enum Transitions {
    /** Remuda, by a copy within the store. */
    Copy,
    /** Rules of the bucket by the tag {@code tier}; the policy's status prints them ready to apply. */
    Lifecycle,
    /** Nobody. */
    None
}
