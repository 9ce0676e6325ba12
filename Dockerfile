# The operator and its worker: one image, the first argument picks the role (operator, worker).
# Build the jars first (mvn package), then: docker build -t remuda .
#
#   --build-arg PG_MAJORS="16 17" --build-arg PGDG=true    PostgreSQL clients of other majors than Debian's own 17

# A Java runtime of only the modules that the jars use.
FROM docker.io/library/eclipse-temurin:25-jdk AS runtime
# --add-options makes these the runtime's own defaults; JAVA_TOOL_OPTIONS in a Pod still overrides each of them.
#   SerialGC:           small; the work is done by PostgreSQL's tools and the network. Both compilers, though: checksums are twice as fast
#   MaxRAMPercentage:   half of the container for the heap, the rest for pg_dump and buffers outside the heap
#   ExitOnOutOfMemory:  a dead process is restarted and its cause seen; a half-dead one is neither
#   -UsePerfData:       nothing is written beside what the program writes itself
RUN jlink --output /runtime \
    --add-modules java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,java.transaction.xa,java.xml,jdk.httpserver,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs \
    --no-header-files --no-man-pages --strip-java-debug-attributes --compress zip-6 --generate-cds-archive \
    --add-options "-XX:+UseSerialGC -XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

COPY dev/images/training/ /training/
RUN javac -d /training/classes /training/*.java

FROM docker.io/library/debian:trixie-slim AS remuda
ARG PG_MAJORS="17"
ARG PGDG="false"
# PGDG=true adds the PostgreSQL project's own package repository, with all supported majors.
# A pg_dump older than the server refuses to work, so the image carries the newest major that any database has.
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates; \
    if [ "$PGDG" = true ]; then \
      apt-get install -y --no-install-recommends postgresql-common; \
      /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y; \
    fi; \
    for major in $PG_MAJORS; do set -- "$@" "postgresql-client-$major"; done; \
    apt-get install -y --no-install-recommends "$@"; \
    for major in $PG_MAJORS; do "/usr/lib/postgresql/$major/bin/pg_dump" --version; done; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log; \
    echo 'remuda:x:65532:65532:Remuda:/opt/remuda:/usr/sbin/nologin' >>/etc/passwd; \
    echo 'remuda:x:65532:' >>/etc/group

# Without it Java gives names with letters beyond ASCII to pg_dump as question marks.
ENV LANG=C.UTF-8

# One backup is made while the image is built, and Java notes what it loaded (an AOT cache): a worker starts with half the CPU time.
FROM remuda AS training
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    newest=$(ls /usr/lib/postgresql | sort -n | tail -n 1); \
    apt-get update; \
    apt-get install -y --no-install-recommends "postgresql-$newest"; \
    ln -s "/usr/lib/postgresql/$newest/bin" /training-server; \
    install -d -o postgres /training/cache
COPY --from=runtime /training/classes /training/classes
COPY --from=runtime /runtime /opt/remuda/runtime
COPY operator/target/lib/ /opt/remuda/lib/
COPY operator/target/remuda-operator.jar operator/target/bom.json /opt/remuda/
WORKDIR /training
RUN runuser -u postgres -- /opt/remuda/runtime/bin/java -cp classes Training /training-server cache/remuda.aot \
      /opt/remuda/runtime/bin/java -jar /opt/remuda/remuda-operator.jar

FROM remuda
COPY --from=runtime /runtime /opt/remuda/runtime
COPY operator/target/lib/ /opt/remuda/lib/
COPY operator/target/remuda-operator.jar operator/target/bom.json /opt/remuda/
COPY --from=training --chown=0:0 /training/cache/remuda.aot /opt/remuda/

ARG VERSION="dev"
LABEL org.opencontainers.image.title="remuda" \
      org.opencontainers.image.description="PostgreSQL and TimescaleDB backups as Kubernetes resources" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"

# By number, so that Kubernetes can see that it is not root. The root file system may be read-only; /tmp must be writable.
USER 65532:65532
WORKDIR /tmp
# A cache that does not fit (another JVM, other jars) is left alone by Java, which then only starts slower.
ENTRYPOINT ["/opt/remuda/runtime/bin/java", "-XX:AOTCache=/opt/remuda/remuda.aot", "-jar", "/opt/remuda/remuda-operator.jar"]
CMD ["operator"]
