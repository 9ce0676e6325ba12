/** What to do next for a Restore (pure) and the reconciler that does it. */
package dev.remuda.restore;
