package dev.remuda;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** What each package may import, as CONTRIBUTING.md lists it. */
@AnalyzeClasses(packages = "dev.remuda", importOptions = DoNotIncludeTests.class)
class ImportTableTest {
    private static final String JDK = "java..";
    private static final String JACKSON = "com.fasterxml.jackson..";
    private static final String MODEL = "io.fabric8.kubernetes.api.model..";

    @ArchTest
    static final ArchRule noCycles = slices().matching("dev.remuda.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule task = only("task", JDK, JACKSON);

    @ArchTest
    static final ArchRule api = only(
            "api",
            JDK,
            JACKSON,
            MODEL,
            "dev.remuda.task..",
            "io.fabric8.kubernetes.client",
            "io.fabric8.kubernetes.model.annotation..",
            "io.fabric8.generator.annotation..",
            "io.fabric8.crd.generator.annotation..");

    @ArchTest
    static final ArchRule workerKnowsNothingOfKubernetes = noClasses()
            .that()
            .resideInAPackage("dev.remuda.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "dev.remuda.api..", "dev.remuda.job..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodyImportsTheWiring = noClasses()
            .that()
            .resideInAPackage("dev.remuda.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.remuda");

    private static ArchRule only(String name, String... allowed) {
        String own = "dev.remuda." + name + "..";
        String[] all = java.util.stream.Stream.concat(java.util.stream.Stream.of(own), java.util.Arrays.stream(allowed)).toArray(String[]::new);
        return classes().that().resideInAPackage(own).should().onlyDependOnClassesThat().resideInAnyPackage(all).allowEmptyShould(true);
    }
}
