# make serve and make test are all a fresh Debian 12 machine needs (as root); the rest is for working on rr.

lists := packaging/debian-packages.txt
export CCACHE_SLOPPINESS := pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
ADDRESS ?= 127.0.0.1:8080

.PHONY: help setup build serve test bench format check-format clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -e 's/:.*## /\t/' | expand -t 14

setup: ## install the packages that are missing
	@packaging/install-packages $(lists)

build/release/build.ninja: | setup
	cmake --preset release

build: setup build/release/build.ninja ## build the program, build/release/rr
	ninja -C build/release rr

serve: build ## build rr and serve the sample application
	@echo "serving examples/hello on http://$(ADDRESS)/ (Ctrl-C ends it)"
	@build/release/rr serve -w examples/hello -o http.address=$(ADDRESS)

test: setup build/release/build.ninja ## build everything and run all tests
	ninja -C build/release
	php tests/php/run.php
	ctest --test-dir build/release --output-on-failure --no-tests=error

bench: setup build/release/build.ninja ## print the measured ratios
	@packaging/install-packages packaging/debian-packages-bench.txt
	ninja -C build/release
	bench/run

sources := $(shell git ls-files '*.cpp' '*.hpp' 2>/dev/null)

format: ## bring the sources into the house's layout
	@clang-format-14 -i $(sources)

check-format: ## fail when a source is not in the house's layout
	@clang-format-14 --dry-run -Werror $(sources)

clean: ## remove what was built
	rm -rf build
