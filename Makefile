# libtibemsufo: build, install, check. Needs Rust, a C compiler and make; the tests also need python3.
#
#   make                       the shared and the static library, in target/release
#   make install PREFIX=/usr   libraries, headers, pkg-config files (DESTDIR is heeded)
#   make test                  everything that needs no foreign server
#   make test-again [N=20] [ALL=5]  every test again and again: quiet, under load, on one core; ALL rounds for tests without threads
#   make test-brokers          the same programs against Artemis (downloads it once)
#   make demo [BROKER=artemis] an unshared failover to watch
#   make mutants               do the tests notice a library that is wrong? (MUTANTS="pattern ..." for some; takes long)
#   make header-check          fails when the checked-in header differs from the sources

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DESTDIR ?=
CARGO ?= cargo
PROFILE ?= release
TARGET := $(or $(CARGO_TARGET_DIR),target)
BUILD ?= $(TARGET)/$(PROFILE)
BROKER ?= devbroker
TEST_PROFILE ?= debug
N ?= 20
ALL ?= 5

CARGO_PROFILE := $(if $(filter release,$(PROFILE)),--release)
# OpenSSL of the system when its headers are there, else built from source into the library (needs perl).
OPENSSL ?= $(shell printf '\043include <openssl/ssl.h>\n' | $(CC) -E -x c - >/dev/null 2>&1 && echo system || echo vendored)
CARGO_FEATURES ?= $(if $(filter vendored,$(OPENSSL)),--features vendored)

VERSION := $(shell sed -n '/^version/{s/.*"\(.*\)".*/\1/p;q;}' Cargo.toml)
# Names that programs link with, and that programs of old record: all are one library.
NAMES := tibemsufo tibems tibemslookup tibemsufo64 tibems64 tibemslookup64
# What the static library asks of the system.
SYSTEM_LIBS := $(if $(filter system,$(OPENSSL)),-lssl -lcrypto) -lpthread -ldl -lm

.PHONY: all install install-files uninstall test test-again test-brokers mutants demo api-checks header-check clean

all:
	$(CARGO) build $(CARGO_PROFILE) $(CARGO_FEATURES) --lib

install: all install-files

install-files:
	mkdir -p "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(INCLUDEDIR)/tibems"
	# by way of a new name: a program that runs keeps the file it has mapped
	cp "$(BUILD)/libtibemsufo.so" "$(DESTDIR)$(LIBDIR)/new.so"
	mv -f "$(DESTDIR)$(LIBDIR)/new.so" "$(DESTDIR)$(LIBDIR)/libtibemsufo.so.$(VERSION)"
	ln -sf libtibemsufo.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/libtibemsufo.so.1"
	cp "$(BUILD)/libtibemsufo.a" "$(DESTDIR)$(LIBDIR)/libtibemsufo.a"
	for name in $(NAMES); do \
	    ln -sf libtibemsufo.so.1 "$(DESTDIR)$(LIBDIR)/lib$$name.so" || exit 1; \
	    [ $$name = tibemsufo ] || ln -sf libtibemsufo.a "$(DESTDIR)$(LIBDIR)/lib$$name.a" || exit 1; \
	done
	cp include/tibems/*.h "$(DESTDIR)$(INCLUDEDIR)/tibems/"
	for name in tibemsufo tibems; do \
	    printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' "Name: $$name" \
	        'Description: the EMS C client API with unshared-state failover, over AMQP 1.0' \
	        'Version: $(VERSION)' 'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -ltibemsufo' \
	        'Libs.private: $(SYSTEM_LIBS)' >"$(DESTDIR)$(LIBDIR)/pkgconfig/$$name.pc" || exit 1; \
	done

uninstall:
	for name in $(NAMES); do rm -f "$(DESTDIR)$(LIBDIR)/lib$$name.so" "$(DESTDIR)$(LIBDIR)/lib$$name.a"; done
	rm -f "$(DESTDIR)$(LIBDIR)/libtibemsufo.so.1" "$(DESTDIR)$(LIBDIR)/libtibemsufo.so.$(VERSION)"
	rm -f "$(DESTDIR)$(LIBDIR)/pkgconfig/tibemsufo.pc" "$(DESTDIR)$(LIBDIR)/pkgconfig/tibems.pc"
	for header in include/tibems/*.h; do rm -f "$(DESTDIR)$(INCLUDEDIR)/tibems/$${header##*/}"; done
	-rmdir "$(DESTDIR)$(INCLUDEDIR)/tibems"

api-checks:
	$(CARGO) build $(CARGO_PROFILE) $(CARGO_FEATURES) --lib
	c-tests/api/run.sh "$(BUILD)"

header-check:
	CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/api/header_check.sh

test:
	PROFILE=$(TEST_PROFILE) CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/test.sh

test-again:
	CARGO_FEATURES="$(CARGO_FEATURES)" tests/again.py -n $(N) --all $(ALL)

test-brokers:
	CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/run-brokers.sh

mutants:
	CARGO_FEATURES="$(CARGO_FEATURES)" python3 tests/mutants/run.py $(MUTANTS)

demo:
	BROKER=$(BROKER) CARGO_FEATURES="$(CARGO_FEATURES)" c-tests/demo/run.sh

clean:
	$(CARGO) clean
