# `make` lists what there is. Everything works on a clean clone.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory
.DEFAULT_GOAL := help

GO      ?= go
STATIC  := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false
SERVERS := $(GO) run -buildvcs=false ./platform/embedded/cmd/servers --

# Packages where several things happen at once; they are tested with -race as well.
RACE := platform/pg platform/jobs platform/redis platform/httpapi rbac \
        tenants/ledger tenants/order tenants/commission tenants/settlement tenants/withdrawal \
        tenants/leaderboard tenants/points plugins/host

FRONT_ENDS  := $(strip $(foreach app,admin mini,$(if $(wildcard web/$(app)/package.json),$(app))))
# What a build reads: everything but the other front end's folder. Output and tests would only cause needless builds.
web_sources = $(if $(FRONT_ENDS),$(shell find web \( -name node_modules -o -name dist -o -name tests -o -path web/$(1) \) -prune -o -type f -not -name '*.go' -print))
# A stamp without its output is worth nothing.
ifneq ($(FRONT_ENDS),)
$(foreach app,$(FRONT_ENDS),$(if $(wildcard web/dist/$(if $(filter mini,$(app)),h5,admin)/index.html),,$(shell rm -f bin/.stamp/$(app).built)))
$(foreach app,$(FRONT_ENDS),$(if $(wildcard web/$(app)/node_modules),,$(shell rm -f bin/.stamp/$(app).installed)))
endif

# Strategies in TypeScript: each a folder of plugins/builtin-ts with a main.ts, bundled beside the programs.
TS_STRATEGIES := $(patsubst plugins/builtin-ts/%/main.ts,%,$(wildcard plugins/builtin-ts/*/main.ts))
ts_sources    := $(if $(TS_STRATEGIES),$(shell find plugins/sdk-ts plugins/builtin-ts \( -name node_modules -o -name dist -o -name test -o -name testdata \) -prune -o -type f -not -name '*.go' -print))
ifneq ($(TS_STRATEGIES),)
$(if $(wildcard plugins/sdk-ts/node_modules),,$(shell rm -f bin/.stamp/sdk-ts.installed))
endif

heading = @printf '\n\033[1m== %s\033[0m\n' '$(1)'

.PHONY: help
help: ## this list
	@echo 'Fenli 分利'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

.PHONY: demo
demo: web build ## a whole shop on this machine, with data; RESET=1 starts afresh
	$(call heading,demo)
	@exec bin/fenli demo $(if $(RESET),--reset)

.PHONY: build
build: ## the strategies in bin/strategies, then bin/fenli
	$(call heading,strategies)
	@if [ -d plugins/builtin/cmd ]; then \
		mkdir -p bin/strategies; \
		$(STATIC) -o bin/strategies/ ./plugins/builtin/cmd/...; ls bin/strategies | sed 's/^/    /'; \
	else echo '    skipped: plugins/builtin/cmd does not exist yet'; fi
	@if command -v npm >/dev/null; then $(MAKE) sdk-ts || { [ -z "$${CI:-}" ] && echo '    skipped: $(TS_STRATEGIES), whose packages npm could not bring'; }; \
	else echo '    skipped: $(TS_STRATEGIES), which needs Node.js 20 or newer'; fi
	$(call heading,bin/fenli)
	@if [ -d cmd/fenli ]; then $(STATIC) -o bin/fenli ./cmd/fenli; \
	else echo '    skipped: cmd/fenli does not exist yet'; fi

.PHONY: sdk-ts
sdk-ts: $(TS_STRATEGIES:%=bin/strategies/%) ## the strategies in TypeScript, when their sources have changed

bin/.stamp/sdk-ts.installed: plugins/sdk-ts/package-lock.json
	$(call heading,npm ci in plugins/sdk-ts)
	@command -v npm >/dev/null || { echo '    please install Node.js 20 or newer with npm'; exit 1; }
	@cd plugins/sdk-ts && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(@D) && touch $@

$(TS_STRATEGIES:%=bin/strategies/%): bin/strategies/%: plugins/builtin-ts/%/main.ts bin/.stamp/sdk-ts.installed $(ts_sources)
	@mkdir -p $(@D) && node plugins/sdk-ts/bin/fenli-strategy.mjs build $< $@ && echo '    $*'

.PHONY: web
web: $(FRONT_ENDS:%=bin/.stamp/%.built) ## the front ends, when their sources have changed
	$(if $(FRONT_ENDS),,@echo '    skipped: there is no front end in web yet')

bin/.stamp/%.installed: web/%/package-lock.json
	$(call heading,npm ci in web/$*)
	@command -v npm >/dev/null || { echo '    please install Node.js 20 or newer with npm'; exit 1; }
	@cd web/$* && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(@D) && touch $@

bin/.stamp/admin.built: bin/.stamp/admin.installed $(call web_sources,mini)
	$(call heading,web/admin)
	@cd web/admin && npm run --silent build
	@touch $@

bin/.stamp/mini.built: bin/.stamp/mini.installed $(call web_sources,admin)
	$(call heading,web/mini for browsers and for WeChat)
	@cd web/mini && npm run --silent build:h5 && npm run --silent build:mp-weixin
	@touch $@

.PHONY: deps
deps: ## what the tests need (installed on Debian as root, named elsewhere)
	$(call heading,what the tests need)
	@.ci/deps

# One after the other even with -j: each step of the tests wants the machine for itself.
.PHONY: test
test: ## everything CI tests
	@$(MAKE) deps
	@$(MAKE) web
	@$(MAKE) build
	@$(MAKE) test-sdk
	@$(MAKE) test-ts
	@$(MAKE) test-go
	@$(MAKE) test-race
	@$(MAKE) test-web
	$(call heading,all tests passed)

.PHONY: test-sdk
test-sdk: ## the strategy SDK, a module of its own
	$(call heading,plugins/sdk)
	@cd plugins/sdk && $(GO) vet ./... && $(GO) test ./...

.PHONY: test-ts
test-ts: sdk-ts ## the strategy SDK for TypeScript and the strategies written with it
	$(call heading,plugins/sdk-ts)
	@cd plugins/sdk-ts && npm run --silent typecheck && npm run --silent test

.PHONY: test-go
test-go: ## the Go code, over one PostgreSQL and one Redis
	$(call heading,Go)
	@$(GO) vet ./...
	@$(SERVERS) $(GO) test -buildvcs=false -timeout 20m ./...

.PHONY: test-race
test-race: ## the concurrent packages under the race detector
	$(call heading,Go with -race)
	@packages=''; for dir in $(RACE); do if [ -d "$$dir" ]; then packages+=" ./$$dir/..."; fi; done; \
	if ! command -v gcc >/dev/null && [ -z "$${CI:-}" ]; then echo '    skipped: the race detector needs gcc'; exit 0; fi; \
	CGO_ENABLED=1 $(SERVERS) $(GO) test -buildvcs=false -race -timeout 30m $$packages

.PHONY: soak
soak: build ## the promises about money, each test for SOAK=10m with seeds nobody has tried; PROMISE=M7 alone
	$(call heading,soak)
	@$(SERVERS) .ci/soak '$(or $(SOAK),10m)' '$(PROMISE)'

# A front end names its tests in package.json: test (units), test:mp (the
# WeChat build), test:browser (a real browser). Those it lacks are skipped.
.PHONY: test-web
test-web: web ## the front ends: types, units, the WeChat build, a browser
	$(if $(FRONT_ENDS),,@echo '    skipped: there is no front end in web yet')
	@for app in $(FRONT_ENDS); do for script in typecheck test test:mp test:browser; do \
		if node -e 'process.exit(require("./web/'$$app'/package.json").scripts?.[process.argv[1]] ? 0 : 1)' "$$script"; then \
			printf '\n\033[1m== web/%s: %s\033[0m\n' "$$app" "$$script"; \
			(cd web/$$app && npm run --silent "$$script"); \
		fi; \
	done; done

.PHONY: import
import: build ## a real order history, one store a country: make import FILE=online_retail.csv.gz AS=prefix
	$(if $(FILE),,$(error name the file: make import FILE=online_retail.csv.gz))
	$(call heading,import $(FILE))
	@bin/fenli import online-retail '$(FILE)' --as '$(or $(AS),retail)'

.PHONY: cases
cases: build ## worked commission cases, played: make cases FILE=cases.json
	$(if $(FILE),,$(error name the file: make cases FILE=cases.json))
	$(call heading,cases $(FILE))
	@bin/fenli cases '$(FILE)'

.PHONY: bench
bench: build ## what an order costs here, in bench.json as well; BENCH=full for full size, BENCH=go for the packages' benchmarks
	$(call heading,bench)
	@if [ '$(BENCH)' != go ]; then bin/fenli bench --json bench.json $(if $(filter full,$(BENCH)),--full); exit; fi; \
	$(SERVERS) $(GO) test -buildvcs=false -run '^$$' -bench . -benchtime 1s ./...

.PHONY: lint
lint: ## golangci-lint where it is installed, else go vet and gofmt
	$(call heading,lint)
	@if command -v golangci-lint >/dev/null; then golangci-lint run ./... && (cd plugins/sdk && golangci-lint run ./...); \
	else $(GO) vet ./... && (cd plugins/sdk && $(GO) vet ./...); fi
	@unformatted=$$(git ls-files -z '*.go' | xargs -0 gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not formatted:"; echo "$$unformatted"; exit 1; fi

.PHONY: clean
clean: ## removes what was built; the demo's data stay
	$(call heading,clean)
	@rm -rf bin web/*/node_modules plugins/sdk-ts/node_modules plugins/sdk-ts/dist web/dist/admin web/dist/h5
