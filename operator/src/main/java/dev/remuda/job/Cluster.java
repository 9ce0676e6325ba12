package dev.remuda.job;

import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.task.Catalogued;
import dev.remuda.task.Progress;

/** The one door through which reconcilers act on the cluster. */
public interface Cluster {
    /** The Job and its Pod as the API server has them now: a cache may lag behind. */
    Optional<JobView> job(String namespace, String name);

    /** @throws Refusal when the API server answers that it will not; also when a Job of that name exists, whoever's it is */
    void create(Job job);

    /** Deletes the Job and its Pod; an absent one is as good. */
    void delete(String namespace, String job);

    /** How far the worker in a Pod says that it has come; empty when it has not said or cannot be heard. */
    Optional<Progress> progress(String namespace, String pod);

    /** The backups that the worker in a Pod told of, in its order; what the log has lost is missing from them. */
    List<Catalogued> catalogued(String namespace, String pod);

    /** The Backup as the API server has it now. */
    Optional<Backup> backup(String namespace, String name);

    /** @throws Refusal when the API server answers that it will not; also when a Backup of that name exists, whoever's it is */
    void create(Backup backup);

    /** All Backups of the namespace as the API server has them now. */
    List<Backup> backups(String namespace);

    /** Writes the status of a resource that has one already. @throws Refusal a conflict, when the resource was changed after this one was read; a deleted one is as good */
    void updateStatus(HasMetadata resource);

    /** Writes labels, annotations, finalizers and owners. @throws Refusal a conflict, when the resource was changed after this one was read; a deleted one is as good */
    void amend(HasMetadata resource);

    /** Takes our finalizer from the Backup of that name and uid and deletes it; an absent one is as good. */
    void deleteBackup(String namespace, String name, String uid);

    /** Tells the user, as an Event. An Event that is refused is no reason to stop. */
    void tell(HasMetadata about, Step.Tell words);

    /** Carries out a plan's steps, in order. */
    default void carryOut(HasMetadata resource, Iterable<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.CreateJob(Job job) -> create(job);
                case Step.DeleteJob(String name) -> delete(resource.getMetadata().getNamespace(), name);
                case Step.CreateBackup(Backup backup) -> create(backup);
                case Step.UpdateStatus(HasMetadata changed) -> updateStatus(changed);
                case Step.Amend(HasMetadata changed) -> amend(changed);
                case Step.DeleteBackup(String name, String uid) -> deleteBackup(resource.getMetadata().getNamespace(), name, uid);
                case Step.Tell words -> tell(resource, words);
            }
        }
    }
}
