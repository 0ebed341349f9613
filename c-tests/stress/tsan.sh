#!/usr/bin/env bash
# The stress programs under ThreadSanitizer, with a library whose standard library is instrumented, too. By hand: minutes.
#
#   c-tests/stress/tsan.sh [NAME or ID pattern ...]
#
#   PROGRAMS         names of the programs (default: stress actors); also those of c-tests/conformance
#   DIALOGUES=1      runs the unit tests and the dialogues instead, patterns are theirs
#   TIBEMS_STRESS_MS and the others of stress.h
#
# Needs a nightly toolchain with its sources: rustup toolchain install nightly --component rust-src
# The runtime is that of the toolchain, for the C code, too. OpenSSL is not instrumented; its locks are seen.
# Exit status 0: no race and no failure; 2: this machine lacks what it needs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

lib=$(rustc +nightly --print target-libdir 2>/dev/null) || {
    echo "tsan.sh needs a nightly toolchain (rustup toolchain install nightly --component rust-src)" >&2
    exit 2
}
if [ ! -d "$(rustc +nightly --print sysroot)/lib/rustlib/src/rust/library" ]; then
    echo "tsan.sh needs the sources of the standard library (rustup component add rust-src --toolchain nightly)" >&2
    exit 2
fi
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')
runtime=$(ls "$lib"/librustc*_rt.tsan.a 2>/dev/null | head -1)
[ -n "$runtime" ] || { echo "tsan.sh: the toolchain has no ThreadSanitizer for $triple" >&2; exit 2; }

export TSAN_OPTIONS="exitcode=66 history_size=4 ${TSAN_OPTIONS:-}"
. "$here/build.sh"
instrumented=$target/tsan
cargo_tsan() {
    # shellcheck disable=SC2086
    RUSTFLAGS=-Zsanitizer=thread cargo +nightly "$@" -q ${CARGO_FEATURES:-} -Zbuild-std --target "$triple" \
        --target-dir "$instrumented"
}
if [ "${DIALOGUES:-0}" = 1 ]; then
    cargo_tsan test --lib --test dialogues -- "$@"
    exit
fi

build_library                               # devbroker is not instrumented
. "$here/servers.sh"
cargo_tsan build --lib
library=$instrumented/$triple/debug
ln -sf libtibemsufo.so "$library/$(LC_ALL=C readelf -d "$library/libtibemsufo.so" | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p')"
bin=$instrumented/bin
mkdir -p "$bin"
read -ra programs <<<"${PROGRAMS:-stress actors}"
for name in "${programs[@]}"; do
    source=$here/stress/$name.c
    [ -f "$source" ] || source=$here/conformance/$name.c
    objects=()
    for part in "${harness[@]}" "$source"; do
        objects+=("$bin/$(basename "$part" .c).o")
        "$cc" -std=gnu11 -O1 -g -fsanitize=thread -I"$root/include" -I"$here" -c -o "${objects[-1]}" "$part"
    done
    "$cc" -rdynamic -o "$bin/$name" "${objects[@]}" -Wl,--whole-archive "$runtime" -Wl,--no-whole-archive \
        -L"$library" -Wl,-rpath,"$library" -ltibemsufo -lpthread -ldl -lm -lrt
done

servers_begin "${TIBEMS_TEST_BROKER:-devbroker}"
server_start A
server_start B
export TIBEMS_TEST_BROKER=$kind TIBEMS_TEST_URL_A=${url[A]} TIBEMS_TEST_URL_B=${url[B]}
export TIBEMS_TEST_SCRATCH=$work TIBEMS_TEST_LAUNCHER=$root/tests/brokers/run-broker.sh
export TIBEMS_TEST_SLOW=${TIBEMS_TEST_SLOW:-20} TIBEMS_TEST_VERBOSE=1
failed=0
for name in "${programs[@]}"; do
    echo "# $name under ThreadSanitizer"
    "$bin/$name" "$@" || failed=1
done
exit $failed
