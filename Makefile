.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: tools build-kubernetes build-seaweedfs
tools: ## Build Kubernetes, Helm and SeaweedFS from Go modules (minutes, once); get the tests' other programs
	@$(MAKE) -j2 build-kubernetes build-seaweedfs
	@dev/postgres/build
	@dev/moto/build
	@dev/prometheus/build
	@dev/argocd/build

build-kubernetes:
	@dev/cluster/build

build-seaweedfs:
	@dev/seaweedfs/build

.PHONY: cluster-up cluster-down
cluster-up: ## Start a local Kubernetes; CLUSTER=kind starts it on kind instead
	@dev/cluster/up

cluster-down: ## Stop the local Kubernetes and remove every trace of it
	@dev/cluster/down

.PHONY: image images
image: ## Build the image remuda:dev, with Docker or without
	@dev/images/build remuda

images: ## Build the images of the demo and the end-to-end tests
	@dev/images/build

.PHONY: chart release
chart: ## Package the Helm chart into dist/
	@dev/cluster/build
	@mkdir -p dist && .tools/bin/helm package helm/remuda --destination dist 2>/dev/null

VERSION ?= $(shell sed -n 's/^appVersion: //p' helm/remuda/Chart.yaml)
release: ## All of a release in dist/: image, chart, definitions, SBOM; VERSION=0.1.0
	@dev/release $(VERSION)

.PHONY: demo
demo: ## Back up a database on the local cluster, damage it, bring it back, and prove each step
	@dev/demo/run

.PHONY: disaster
disaster: ## Destroy a cluster and bring its database back on an empty one, and time each step
	@dev/demo/disaster

.PHONY: crds
crds: ## Write crds/ and docs/reference.md anew from the records
	@mvn -B -q -pl operator -Dspotless.check.skip test -Dtest=CrdFilesTest#committedFilesAreUpToDate -Dcrds.write=true
	@mvn -B -q -pl operator -Dspotless.check.skip test -Dtest=ReferenceTest -Dcrds.write=true

.PHONY: test
test: ## Run the whole suite
	@dev/test

.PHONY: faults soak
ONLY := -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false
faults: ## Cause every fault on the local cluster, and show what came of each
	@dev/test $(ONLY) -DexcludedGroups=soak -Dit.test='FaultsIT,NetworkFaultsIT,BadInputIT,NodeGoneIT'; status=$$?; cat operator/target/faults.md; exit $$status

soak: ## 500 Backups and Restores with random faults, 30 minutes; SOAK=-Dsoak.minutes=5 for less
	@dev/test $(ONLY) -DexcludedGroups=faults -Dit.test=SoakIT $(SOAK); status=$$?; cat operator/target/soak.txt; exit $$status

.PHONY: fleet
fleet: ## Memory and scrapes of an operator with 5,000 policies on a real API server; FLEET=-Dfleet.policies=500 for less, -Dfleet.mib=1024 for another limit
	@dev/cluster/build && dev/images/build remuda >/dev/null
	@mvn -B -q -ntp verify $(ONLY) -DexcludedGroups=faults,soak -Dit.test=FleetSizeIT $(FLEET) && cat operator/target/fleet.txt

.PHONY: reproducible
reproducible: ## Build the jar and its SBOM twice and compare them
	@dev/reproducible

.PHONY: format
format: ## Format the code
	@mvn -B -q spotless:apply
