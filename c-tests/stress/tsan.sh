#!/usr/bin/env bash
# The stress programs under ThreadSanitizer, with a library whose standard library is instrumented, too. By hand: minutes.
#
#   c-tests/stress/tsan.sh [NAME or ID pattern ...]
#
#   PROGRAMS         names of the programs (default: stress actors); also those of c-tests/conformance
#   PLANTED=1        stops behind the races that are planted (below)
#   DIALOGUES=1      runs the unit tests and the dialogues instead, patterns are theirs
#   TIBEMS_STRESS_MS and the others of stress.h
#
# Needs a nightly toolchain with its sources: rustup toolchain install nightly --component rust-src
# The runtime is that of the toolchain, for the C code, too. OpenSSL is not instrumented; its locks are seen.
# Every run begins with two races that are meant, one in C and one in Rust (stress/planted): both must be reported.
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
cc_tsan() {
    "$cc" -std=gnu11 -O1 -g -fsanitize=thread -I"$root/include" -I"$here" -c -o "$1" "$2"
}
link_tsan() {
    "$cc" -rdynamic -Wl,--whole-archive "$runtime" -Wl,--no-whole-archive -o "$@" -lpthread -ldl -lm -lrt
}

# The silence of a sanitizer that would not have spoken says nothing.
planted() {
    local status
    cc_tsan "$bin/planted.o" "$here/stress/planted/race.c"
    # the library's own flag; its core is not built for this, so that it need not match
    rustc +nightly -Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer -Cpanic=abort -O -g --edition 2024 \
        --crate-type lib --emit obj -o "$bin/planted_rust.o" "$here/stress/planted/race.rs"
    link_tsan "$bin/planted" "$bin/planted.o" "$bin/planted_rust.o"
    for race in c rust none; do
        status=0
        "$bin/planted" "$race" >"$bin/planted.txt" 2>&1 || status=$?
        case $race,$status,$(grep -c 'data race' "$bin/planted.txt") in
        none,0,0 | c,66,[1-9]* | rust,66,[1-9]*) ;;
        *)
            cat "$bin/planted.txt" >&2
            echo "tsan.sh: planted race: $race, exit status $status" >&2
            exit 1
            ;;
        esac
    done
    echo "# the planted races are reported"
}

bin=$instrumented/bin
mkdir -p "$bin" "$out"
planted
[ "${PLANTED:-0}" = 0 ] || exit 0
if [ "${DIALOGUES:-0}" = 1 ]; then
    cargo_tsan test --lib --test dialogues -- "$@"
    exit
fi

build_library                               # devbroker is not instrumented
. "$here/servers.sh"
cargo_tsan build --lib
library=$instrumented/$triple/debug
ln -sf libtibemsufo.so "$library/$(LC_ALL=C readelf -d "$library/libtibemsufo.so" | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p')"
read -ra programs <<<"${PROGRAMS:-stress actors}"
for name in "${programs[@]}"; do
    source=$here/stress/$name.c
    [ -f "$source" ] || source=$here/conformance/$name.c
    objects=()
    for part in "${harness[@]}" "$source"; do
        objects+=("$bin/$(basename "$part" .c).o")
        cc_tsan "${objects[-1]}" "$part"
    done
    link_tsan "$bin/$name" "${objects[@]}" -L"$library" -Wl,-rpath,"$library" -ltibemsufo
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
