/** Where backups are kept: a bucket, the objects in it, and the manifest that makes them a backup. */
package dev.remuda.worker.store;
