# What a developer and a user of this project run; docs/running.md and CONTRIBUTING.md say more.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run demo test journeys faults contest check lint imports contract documents build bench format install clean

SWIFT ?= swift
# The build that `make run` starts: debug is ready sooner, release serves faster.
CONFIGURATION ?= debug
# Where `make install` puts the program and its data.
PREFIX ?= /usr/local
# For packagers: `make install DESTDIR=…` puts the tree below another root.
DESTDIR ?=
# Arguments for `gitplane serve`, for instance ARGUMENTS='--port 9000'.
ARGUMENTS ?=

# All tests at once wait for each other longer than those may that measure time; so many run at a time.
WIDTH := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8

FORMATTED := Package.swift Sources Tests $(wildcard Benchmarks)
SHARED := openapi schemas catalogue passwords state skills template

help: ## List these targets.
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 12

setup: ## Install missing system packages (Debian, Ubuntu).
	@scripts/setup

run: setup ## Build and start a server on ./data.
	$(SWIFT) build --configuration $(CONFIGURATION) --product gitplane
	exec "$$($(SWIFT) build --configuration $(CONFIGURATION) --show-bin-path)/gitplane" serve $(ARGUMENTS)

demo: setup ## From setup code to an active agent by HTTP, against a fake provider; nothing stays.
	$(SWIFT) build --configuration $(CONFIGURATION) --product gitplane
	scripts/demo "$$($(SWIFT) build --configuration $(CONFIGURATION) --show-bin-path)/gitplane"

test: setup ## Build and run all tests; then, one at a time, journeys with the built program; then made-up requests.
	$(WIDTH) $(SWIFT) test --skip JourneyTests
	$(SWIFT) test --skip-build --no-parallel --filter JourneyTests
	scripts/fuzz-contract "$$($(SWIFT) build --show-bin-path)/gitplane"

journeys: setup ## Run only the journeys, the README's tour among them.
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --no-parallel --filter JourneyTests

# Every how many file operations one is made to fail; 1 tries all of them, for hours.
STEP ?= 4

faults: setup ## Make file operations of a server fail, and cut its power, one after the other (STEP=1: each; KIND=kill: one kind in its work; FROM=300: not before it).
	$(SWIFT) build --build-tests
	GITPLANE_FAULTS_STEP=$(STEP) $(if $(KIND),GITPLANE_FAULTS_KIND=$(KIND)) $(if $(FROM),GITPLANE_FAULTS_FROM=$(FROM)) \
		$(SWIFT) test --skip-build --no-parallel --filter 'JourneyTests\.(Connection|Owner|Secrets)?FaultTests'

# How often the clients of the contest try in all.
TRIES ?= 20000

contest: setup ## Let 64 clients try TRIES times (20000) to change one agent, of which no change may be lost.
	$(SWIFT) build --build-tests
	GITPLANE_CONTEST_TRIES=$(TRIES) $(SWIFT) test --skip-build --no-parallel --filter 'JourneyTests\.ContestTests'

check: setup lint imports contract documents build test ## Everything that a change has to pass.

lint:
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive $(FORMATTED)

imports:
	scripts/check-imports

contract:
	scripts/bundle-contract.py --check

documents:
	scripts/check-links
	scripts/check-limits

build:
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error

bench: setup ## Measure; prints figures as ratios of one run.
	$(SWIFT) build --configuration release --product gitplane
	$(SWIFT) run --configuration release gitplane-bench --results Benchmarks/results $(ARGUMENTS)

format: ## Format all Swift code in place.
	$(SWIFT) format format --in-place --parallel --configuration .swift-format --recursive $(FORMATTED)

install: setup ## Install below PREFIX (default /usr/local).
	$(SWIFT) build --configuration release --product gitplane --static-swift-stdlib
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/gitplane"
	install -m 755 "$$($(SWIFT) build --configuration release --show-bin-path)/gitplane" "$(DESTDIR)$(PREFIX)/bin/gitplane"
	for folder in $(SHARED); do \
		rm -rf "$(DESTDIR)$(PREFIX)/share/gitplane/$$folder" && \
		cp -R "$$folder" "$(DESTDIR)$(PREFIX)/share/gitplane/$$folder" || exit 1; \
	done
	chmod -R u=rwX,go=rX "$(DESTDIR)$(PREFIX)/share/gitplane"

clean: ## Remove everything that was built; ./data stays.
	$(SWIFT) package clean
	rm -rf .build
