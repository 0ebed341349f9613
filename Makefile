# libtibemsufo: build, install, check. Needs Rust, a C compiler and make; README says what each command needs besides.
#
#   make                       the shared and the static library, in target/release
#   make install PREFIX=/usr   libraries, headers, pkg-config files, licences (DESTDIR is heeded; FORCE=1 overwrites foreign files)
#   make install-files         the same without building; make uninstall takes away what is still as it was installed
#   make test                  everything that needs no foreign server
#   make test-again [N=20] [ALL=5]  every test again and again: quiet, under load, on one core; ALL rounds for tests without threads
#   make test-brokers          the same programs against Artemis (downloads it once)
#   make test-strangers        programs in Rust, Go and Python, through bindings that others published
#   make demo [BROKER=artemis] an unshared failover to watch
#   make mutants               do the tests notice a library that is wrong? (MUTANTS="pattern ..." for some; takes long)
#   make header-check          fails when a checked-in header differs from the sources

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DOCDIR ?= $(PREFIX)/share/doc/libtibemsufo
DESTDIR ?=
FORCE ?= 0
# What takes the debug data out of the installed libraries; empty: it stays in.
STRIP ?= strip
OBJCOPY ?= objcopy
CARGO ?= cargo
PROFILE ?= release
TARGET := $(or $(CARGO_TARGET_DIR),target)
BUILD ?= $(TARGET)/$(PROFILE)
BROKER ?= devbroker
TEST_PROFILE ?= debug
N ?= 20
ALL ?= 5

CARGO_PROFILE := $(if $(filter release,$(PROFILE)),--release)
# OpenSSL of the system when the compiler finds its header and library, else built from source into the library (needs perl).
OPENSSL_HEADER := $(shell printf '\043include <openssl/ssl.h>\n' | $(CC) -E -x c - 2>/dev/null | sed -n 's|^. 1 "\(.*\)/openssl/ssl.h".*|\1|p')
OPENSSL_LIBRARY := $(filter /%,$(shell $(CC) -print-file-name=libssl.so 2>/dev/null))
OPENSSL ?= $(if $(and $(OPENSSL_HEADER),$(OPENSSL_LIBRARY)),system,vendored)
ifeq ($(OPENSSL)$(OPENSSL_DIR)$(OPENSSL_LIB_DIR),system)
ifneq ($(shell $(or $(PKG_CONFIG),pkg-config) --exists openssl 2>/dev/null && echo yes),yes)
# The crate openssl-sys asks pkg-config; where that does not know, it is told what the compiler has found.
export OPENSSL_INCLUDE_DIR := $(firstword $(OPENSSL_HEADER))
export OPENSSL_LIB_DIR := $(patsubst %/,%,$(dir $(OPENSSL_LIBRARY)))
endif
endif
CARGO_FEATURES ?= $(if $(filter vendored,$(OPENSSL)),--features vendored)

VERSION := $(shell sed -n '/^version/{s/.*"\(.*\)".*/\1/p;q;}' Cargo.toml)
# What the static library asks of the system.
SYSTEM_LIBS := $(if $(filter system,$(OPENSSL)),-lssl -lcrypto) -lpthread -ldl -lm

.PHONY: all install install-files uninstall test test-again test-brokers test-strangers mutants demo api-checks header-check clean

all:
	$(CARGO) build $(CARGO_PROFILE) $(CARGO_FEATURES) --lib

install: all install-files

install-files uninstall: export PREFIX := $(PREFIX)
install-files uninstall: export LIBDIR := $(LIBDIR)
install-files uninstall: export INCLUDEDIR := $(INCLUDEDIR)
install-files uninstall: export DOCDIR := $(DOCDIR)
install-files uninstall: export DESTDIR := $(DESTDIR)
install-files uninstall: export VERSION := $(VERSION)
install-files: export BUILD := $(BUILD)
install-files: export SYSTEM_LIBS := $(SYSTEM_LIBS)
install-files: export STRIP := $(STRIP)
install-files: export OBJCOPY := $(OBJCOPY)
install-files: export FORCE := $(FORCE)

install-files:
	packaging/install.sh install

uninstall:
	packaging/install.sh uninstall

api-checks:
	$(CARGO) build $(CARGO_PROFILE) $(CARGO_FEATURES) --lib
	c-tests/api/run.sh "$(BUILD)"

header-check:
	CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/api/header_check.sh

test:
	@CC="$(CC)" c-tests/needs.sh test
	PROFILE=$(TEST_PROFILE) CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/test.sh

test-again:
	@CC="$(CC)" c-tests/needs.sh test-again
	CARGO_FEATURES="$(CARGO_FEATURES)" tests/again.py -n $(N) --all $(ALL)

test-brokers:
	@CC="$(CC)" c-tests/needs.sh test-brokers
	CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/run-brokers.sh

test-strangers:
	@CC="$(CC)" c-tests/needs.sh test-strangers
	PROFILE=$(TEST_PROFILE) TIBEMS_TEST_BROKER=$(BROKER) CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/strangers/run.sh

mutants:
	@CC="$(CC)" c-tests/needs.sh mutants
	CARGO_FEATURES="$(CARGO_FEATURES)" python3 tests/mutants/run.py $(MUTANTS)

demo:
	@CC="$(CC)" c-tests/needs.sh demo
	BROKER=$(BROKER) CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/demo/run.sh

clean:
	$(CARGO) clean
