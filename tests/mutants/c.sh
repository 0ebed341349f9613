#!/usr/bin/env bash
# The C programs of the mutated copy: compiled once, then run one at a time against two devbrokers. Called by run.py.
#
#   c.sh build TREE TARGET              compiles them against the library in TARGET/debug
#   c.sh run TREE TARGET PROGRAM [NAME or ID pattern ...]
set -euo pipefail
what=$1 tree=$2
export CARGO_TARGET_DIR=$3 TIBEMS_BUILD=$3/debug
shift 3
. "$tree/c-tests/build.sh"
. "$tree/c-tests/servers.sh"
bin=$out/bin
if [ "$what" = build ]; then
    mkdir -p "$bin"
    link_names
    if [ -z "$(find "$root/c-tests" "$root/include" -name '*.[ch]' -newer "$bin/compiled" -print -quit 2>&1)" ]; then
        exit 0
    fi
    "$cc" -std=gnu11 -O1 -o "$out/tool" "$root/c-tests/demo/tool.c"
    compile_harness "$bin"
    running=0
    for source in "$root"/c-tests/conformance/*.c "$root"/c-tests/stress/*.c; do
        compile "$bin/$(basename "$source" .c)" -I"$bin" "$source" "${harness_objects[@]}" &
        running=$((running + 1))
        [ $running -lt 2 ] || { wait -n; running=$((running - 1)); }
    done
    while [ $running -gt 0 ]; do
        wait -n
        running=$((running - 1))
    done
    touch "$bin/compiled"
    exit 0
fi
program=$1
shift
cc=true # the tool is compiled; runs beside this one use it
servers_begin devbroker
server_start A
server_start B
export TIBEMS_TEST_BROKER=devbroker TIBEMS_TEST_URL_A=${url[A]} TIBEMS_TEST_URL_B=${url[B]}
export TIBEMS_TEST_SCRATCH=$work TIBEMS_TEST_LAUNCHER=$root/tests/brokers/run-broker.sh
"$bin/$program" -j 3 "$@"
