/** The door to the API server behind {@link dev.remuda.job.Cluster}. */
package dev.remuda.cluster;
