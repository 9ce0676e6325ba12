package dev.remuda.task;

/**
 * Tell which backups lie in a policy's part of a bucket: one {@link Catalogued} a line in the log, in the order of their prefixes. Nothing is
 * changed but whose it is, when it is nobody's.
 *
 * @param root key prefix of all the policy's attempts, ending in a slash; nothing outside is looked at
 * @param claimant who wants to have it
 * @param after prefix of the last backup that is known already, from where to go on; null: from the first
 * @param most how many to tell of; the rest is for another Job
 */
public record CatalogueTask(StoreAccess store, String root, Claimant claimant, String after, int most) implements Task {}
