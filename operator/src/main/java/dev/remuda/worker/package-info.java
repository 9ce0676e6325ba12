/** What runs inside a Job. It knows its task and its files, nothing of Kubernetes. */
package dev.remuda.worker;
