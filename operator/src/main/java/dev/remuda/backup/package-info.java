/** What to do next for a Backup (pure) and the reconciler that does it. */
package dev.remuda.backup;
