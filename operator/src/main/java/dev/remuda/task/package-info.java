/** The contract between operator and Job: what a worker is told to do, and what it reports. JSON records, nothing of Kubernetes. */
package dev.remuda.task;
