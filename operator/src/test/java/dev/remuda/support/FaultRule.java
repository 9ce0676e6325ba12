package dev.remuda.support;

import java.util.Random;
import java.util.function.Consumer;

import dev.remuda.support.S3Call.Request;

/** Which requests a fault befalls. All matching ones, unless it is told otherwise. It holds from {@link #then} on. */
public final class FaultRule {
    private final S3Call call;
    private final Consumer<FaultRule> register;
    private String suffix = "";
    private int part;
    private int first = 1;
    private int count = Integer.MAX_VALUE;
    private double probability = 1;
    private Random random = new Random(0);
    private int matched;
    private int befallen;
    private Fault fault;

    /** @param call null: any */
    FaultRule(S3Call call, Consumer<FaultRule> register) {
        this.call = call;
        this.register = register;
    }

    /** Only keys that end so. */
    public FaultRule key(String suffix) {
        this.suffix = suffix;
        return this;
    }

    /** Only this part, from 1. */
    public FaultRule part(int part) {
        this.part = part;
        return this;
    }

    /** Only the first so many matching requests, or, after {@link #from}, so many from there on. */
    public FaultRule first(int count) {
        this.count = count;
        return this;
    }

    /** Only the matching requests from the {@code k}-th on, from 1. */
    public FaultRule from(int k) {
        this.first = k;
        return this;
    }

    /** Each with this probability, always the same ones for a seed. */
    public FaultRule chance(double probability, long seed) {
        this.probability = probability;
        this.random = new Random(seed);
        return this;
    }

    public FaultRule then(Fault fault) {
        this.fault = fault;
        register.accept(this);
        return this;
    }

    /** How many requests it has befallen. */
    public synchronized int befallen() {
        return befallen;
    }

    Fault fault() {
        return fault;
    }

    synchronized boolean befalls(Request request) {
        boolean matches = (call == null || call == request.call()) && request.key().endsWith(suffix) && (part == 0 || part == request.part());
        if (!matches) {
            return false;
        }
        matched++;
        boolean befalls = matched >= first && matched - first < count && random.nextDouble() < probability;
        befallen += befalls ? 1 : 0;
        return befalls;
    }
}
