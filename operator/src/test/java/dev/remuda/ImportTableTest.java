package dev.remuda;

import java.util.List;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** What each package may import, as CONTRIBUTING.md lists it, row by row. */
@AnalyzeClasses(packages = "dev.remuda", importOptions = DoNotIncludeTests.class)
class ImportTableTest {
    private static final String JACKSON = "com.fasterxml.jackson..";
    private static final String MODEL = "io.fabric8.kubernetes.api.model..";
    private static final List<String> CLIENT = List.of("io.fabric8.kubernetes.client..", MODEL, "org.slf4j..");
    private static final List<String> RECONCILER = List.of(
            "dev.remuda.api..", "dev.remuda.task..", "dev.remuda.job..", "dev.remuda.status..", "dev.remuda.cluster..", "dev.remuda.config..",
            "dev.remuda.schedule..", "dev.remuda.retention..", "dev.remuda.observability..", "io.javaoperatorsdk..");

    @ArchTest
    static final ArchRule noCycles = slices().matching("dev.remuda.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule task = only("task", JACKSON);

    @ArchTest
    static final ArchRule config = only("config");

    @ArchTest
    static final ArchRule api = only(
            "api", JACKSON, MODEL, "dev.remuda.task..", "io.fabric8.kubernetes.client", "io.fabric8.kubernetes.model.annotation..",
            "io.fabric8.generator.annotation..", "io.fabric8.crd.generator.annotation..");

    @ArchTest
    static final ArchRule schedule = only("schedule", "dev.remuda.api..", "com.cronutils..");

    @ArchTest
    static final ArchRule retention = only("retention", "dev.remuda.api..");

    @ArchTest
    static final ArchRule status = only("status", MODEL, "dev.remuda.api..", "dev.remuda.task..");

    @ArchTest
    static final ArchRule job = only("job", MODEL, "dev.remuda.api..", "dev.remuda.task..", "dev.remuda.config..");

    @ArchTest
    static final ArchRule cluster =
            only("cluster", and(CLIENT, JACKSON, "dev.remuda.api..", "dev.remuda.job..", "dev.remuda.task..", "dev.remuda.observability..", "io.javaoperatorsdk.."));

    @ArchTest
    static final ArchRule observability = only("observability", MODEL, JACKSON, "org.slf4j..", "dev.remuda.api..", "dev.remuda.status..", "dev.remuda.task..", "com.sun.net.httpserver..", "io.micrometer..", "io.prometheus.metrics.model..", "io.fabric8.kubernetes.client");

    @ArchTest
    static final ArchRule backup = only("backup", and(CLIENT, RECONCILER));

    @ArchTest
    static final ArchRule restore = only("restore", and(CLIENT, RECONCILER));

    @ArchTest
    static final ArchRule policy = only("policy", and(CLIENT, RECONCILER));

    @ArchTest
    static final ArchRule workerKnowsNothingOfKubernetes = noClasses()
            .that()
            .resideInAPackage("dev.remuda.worker..")
            .should()
            .dependOnClassesThat(outside("worker", "task").or(resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..")))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodyImportsTheWiring =
            noClasses().that().resideInAPackage("dev.remuda.*..").should().dependOnClassesThat().resideInAPackage("dev.remuda");

    /** A package without a row would be bound by nothing. */
    @ArchTest
    static final ArchRule everyPackageHasARow = classes().should()
            .resideInAnyPackage(Stream.concat(
                            Stream.of("dev.remuda"),
                            Stream.of(
                                            "task", "config", "api", "schedule", "retention", "status", "job", "cluster", "observability", "backup",
                                            "restore", "policy", "worker")
                                    .map(name -> "dev.remuda." + name + ".."))
                    .toArray(String[]::new));

    private static DescribedPredicate<JavaClass> outside(String... packages) {
        String[] own = Stream.of(packages).map(name -> "dev.remuda." + name + "..").toArray(String[]::new);
        return resideInAnyPackage("dev.remuda..").and(DescribedPredicate.not(resideInAnyPackage(own))).as("are of other packages of Remuda");
    }

    private static ArchRule only(String name, String... allowed) {
        String own = "dev.remuda." + name + "..";
        String[] all = Stream.concat(Stream.of(own, "java.."), Stream.of(allowed)).toArray(String[]::new);
        return classes().that().resideInAPackage(own).should().onlyDependOnClassesThat().resideInAnyPackage(all);
    }

    private static String[] and(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toArray(String[]::new);
    }

    private static String[] and(List<String> some, String... more) {
        return and(some, List.of(more));
    }
}
