#!/bin/sh
# needs.sh - says at once what this machine lacks for a command of the Makefile, and ends with 2 then.
#
# usage: c-tests/needs.sh build|test|test-again|test-brokers|test-strangers|mutants|demo
#
# CC, CXX, CARGO and VALGRIND=0 are heeded. README has the same table for people.
set -u
cc=${CC:-cc}
cxx=${CXX:-c++}
build="${CARGO:-cargo} $cc make"
tests="$build $cxx python3 pkg-config nm readelf strip objcopy"
[ "${VALGRIND:-1}" = 0 ] || tests="$tests valgrind"
case ${1:-} in
    build) commands=$build ;;
    test | mutants) commands=$tests ;;
    test-again) commands="$tests taskset" ;;
    test-brokers) commands="$build python3 java javac mvn" ;;
    test-strangers) commands="$build bash nm" ;;
    demo) commands="$build bash" ;;
    *)
        echo "usage: c-tests/needs.sh build|test|test-again|test-brokers|test-strangers|mutants|demo" >&2
        exit 2
        ;;
esac
package() { # COMMAND: where Debian and its relatives have it
    case $1 in
        "${CARGO:-cargo}") echo "Rust, https://rustup.rs" ;;
        "$cc") echo gcc ;;
        "$cxx") echo g++ ;;
        nm | readelf | strip | objcopy) echo binutils ;;
        java | javac) echo openjdk-17-jdk-headless ;;
        mvn) echo maven ;;
        taskset) echo util-linux ;;
        *) echo "$1" ;;
    esac
}
lacking=0
for command in $commands; do
    command -v "$command" >/dev/null && continue
    echo "make $1 needs $command and does not find it ($(package "$command"))" >&2
    lacking=2
done
case $commands in
    *python3*)
        if command -v python3 >/dev/null && ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
            echo "make $1 needs python3 of version 3.9 or newer" >&2
            lacking=2
        fi
        ;;
esac
exit $lacking
