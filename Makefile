# Every target can be used alone; .ci/run calls nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINT := go tool -modfile=tools/go.mod golangci-lint
# make test PKG=./internal/rule runs one package, without the comparison of databases.
PKG ?=
FUZZTIME ?= 10s
TARGETS ?=

.PHONY: help run build web web-test web-check licences-check gen fmt fmt-check lint test test-long fuzz bench compat e2e e2e-long lighthouse guards cross release smoke notices notices-check tidy-check check

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, start a lab tenant in data/lab and keep serving
	bin/taxiway lab up --data data/lab

build: web ## build bin/taxiway with the admin site
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/taxiway ./cmd/taxiway

# Without npm the program is built all the same; its admin site says what is missing.
web: ## build the admin site into web/dist
	@if command -v npm >/dev/null; then $(MAKE) web/dist/index.html; else echo "npm is not installed: building without the admin site"; fi

web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund
	touch $@

web/dist/index.html: web/node_modules/.installed web/index.html web/vite.config.ts THIRD_PARTY_NOTICES.md docs/parity.md $(shell find web/src web/scripts -type f 2>/dev/null)
	cd web && npm run --silent build

web-test: web/node_modules/.installed ## test the admin site's logic
	cd web && npm test --silent

web-check: web/node_modules/.installed ## check the admin site's types, style and generated files
	cd web && npm run --silent generate && npm run --silent check && npm run --silent lint
	git diff --exit-code web/src

licences-check: web ## fail when web/licences.json does not say what the built site contains
	git diff --exit-code web/licences.json

gen: ## regenerate everything that is generated
	cp internal/config/config.example.toml config.example.toml
	go generate ./...

fmt: ## format the code
	$(LINT) fmt ./...
	cd tools && go tool golangci-lint fmt --config ../.golangci.yml ./...

fmt-check: ## fail when make fmt would change something
	$(LINT) fmt --diff ./...
	cd tools && go tool golangci-lint fmt --config ../.golangci.yml --diff ./...

lint: ## run the linter, import rules included
	$(LINT) run ./...
	cd tools && go tool golangci-lint run --config ../.golangci.yml ./...

test: ## run all tests with the race detector on SQLite and PostgreSQL (PKG=./internal/rule for one package)
	tools/with-postgres tools/test $(PKG)

test-long: ## run the tests that take hours: a million devices, storms, kill loops
	TAXIWAY_TEST_LONG=1 tools/with-postgres tools/test -timeout=10h ./...
	$(MAKE) e2e-long

fuzz: ## run every fuzz target for FUZZTIME (10s) each
	FUZZTIME=$(FUZZTIME) tools/fuzz $(PKG)

bench: build ## measure against the machine's limits (ARGS="rules --database postgres")
	bin/taxiway bench $(ARGS)

compat: build ## run vendors' client libraries and the recipes of docs/clients against a server (long; PARTS="graph-js recipes")
	tools/compat $(PARTS)

e2e: build ## test the pages in a real browser: keyboard, axe, both colour schemes, small screens
	cd e2e && npm ci --silent --no-audit --no-fund && npm test --silent

e2e-long: build ## the browser's long tests: a million devices, axe on everything that opens, 400 % (TAXIWAY_LONG_DEVICES=50000)
	cd e2e && npm ci --silent --no-audit --no-fund && node --test --test-concurrency=1 long/*.mjs

lighthouse: build ## measure sign-in, Home and the list of devices with Lighthouse, on a desktop
	cd e2e && npm ci --silent --no-audit --no-fund
	cd tools/lighthouse && npm ci --silent --no-audit --no-fund && node measure.mjs

guards: ## take guards away one by one and show the test that notices each
	go build -C tools -o ../bin/guards ./guards
	cd tools && ./with-postgres ../bin/guards

cross: ## build for linux, windows and darwin on amd64 and arm64 (TARGETS="linux/arm64" for some)
	tools/cross $(TARGETS)

smoke: build ## run the built program and check what it shows
	tools/smoke

release: web ## build what is published into dist: an archive for each system, checksums, an SBOM, a Containerfile
	go build -C tools -o ../bin/notices ./notices
	go build -C tools -o ../bin/release ./release
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) bin/release -version $(VERSION) $(TARGETS)

notices: ## write THIRD_PARTY_NOTICES.md
	go build -C tools -o ../bin/notices ./notices
	bin/notices -site web/licences.json

notices-check: ## fail when THIRD_PARTY_NOTICES.md is not up to date
	go build -C tools -o ../bin/notices ./notices
	bin/notices -check -site web/licences.json

tidy-check: ## fail when go.mod or go.sum are not tidy
	go mod tidy -diff
	go -C tools mod tidy -diff

check: fmt-check tidy-check lint notices-check ## everything that needs no test run
