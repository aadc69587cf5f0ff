# A thin front door; CMake does the building (cmake --preset release, debug or asan).

PRESET ?= release
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
NETWORKS ?= build/bench/networks
BENCH_OPTIONS ?=
CC = gcc

BUILD := build/$(PRESET)
CNNC := $(BUILD)/compiler/cnnc

# Ninja where it is there; a folder that is already configured keeps its own generator.
ifneq ($(shell command -v ninja),)
export CMAKE_GENERATOR ?= Ninja
endif

.PHONY: build demo check bench install format clean

build:
	@.ci/install-dependencies.sh
	@cmake --preset $(PRESET) --log-level=WARNING
	@cmake --build --preset $(PRESET) --parallel $(JOBS)

# Digits, read by a network that became C on the way.
demo: build
	@mkdir -p build/demo
	$(CNNC) tests/data/digits/digits_resnet.onnx -o build/demo/digits_resnet.c
	$(CC) -O2 -march=native -Ibuild/demo tests/demo/digits.c build/demo/digits_resnet.c -lm -o build/demo/digits
	@build/demo/digits tests/data/digits

check:
	@.ci/install-dependencies.sh --tests
	@$(MAKE) --no-print-directory build
	@tests/python/venv.sh build/venv-check tests/python/requirements.txt
	@ctest --preset $(PRESET) --parallel $(JOBS) --output-junit tests.xml; status=$$?; \
	    .ci/counts $(BUILD)/tests.xml $(BUILD)/Testing/Temporary/LastTest.log; exit $$status

# An hour or so on a quiet machine; BENCH_OPTIONS="--networks resnet18 --rounds 5" for less.
bench:
	@.ci/install-dependencies.sh --bench
	@$(MAKE) --no-print-directory build PRESET=release
	@tests/bench/environment.sh build
	@build/venv-bench/bin/python tests/bench/make_networks.py $(NETWORKS)
	@build/venv-bench/bin/python tests/bench/bench.py $(NETWORKS) $(BENCH_OPTIONS)

install: build
	@cmake --install $(BUILD) --prefix $(PREFIX)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	@rm -rf build
