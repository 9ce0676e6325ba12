package dev.remuda.task;

/**
 * Who wants to write into a policy's part of a bucket. It is somebody else's only when neither policy nor cluster is the one that is noted
 * there: a policy may be made anew in its cluster, and a cluster's authority may be renewed.
 *
 * @param policyUid of the BackupPolicy
 * @param cluster what tells the cluster from others; null: not known
 * @param takeOverFrom uid of the BackupPolicy that it is to be taken from, if that has it; null: from none
 */
public record Claimant(String policyUid, String cluster, String takeOverFrom) {}
