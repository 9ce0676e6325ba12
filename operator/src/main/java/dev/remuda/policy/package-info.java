/** What is known of a BackupPolicy (pure) and the reconciler that writes it. */
package dev.remuda.policy;
