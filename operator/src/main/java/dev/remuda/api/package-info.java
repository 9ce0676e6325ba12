/** The custom resources as records. Their annotations are the CRD schema; their Javadoc descriptions are what kubectl explain prints. */
package dev.remuda.api;
