/** The database: connections, its facts, and PostgreSQL's own dump and restore programs. */
package dev.remuda.worker.postgres;
