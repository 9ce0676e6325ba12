package dev.remuda.api;

/** Names that all kinds share. */
public final class Api {
    public static final String GROUP = "remuda.dev";
    public static final String VERSION = "v1beta1";
    public static final String CATEGORY = "remuda";


    private Api() {}
}
