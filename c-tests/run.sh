#!/usr/bin/env bash
# Runs the C conformance programs, and the stress program in its short form, against two servers of one kind.
#
#   c-tests/run.sh [NAME or ID pattern ...]
#
#   TIBEMS_TEST_BROKER  devbroker (default) or artemis
#   VALGRIND=0          leaves out the second run of the cheap tests under valgrind (devbroker only)
#   JOBS                tests at the same time (default 3: most of them wait)
#   PROFILE             debug (default) or release
#   PROGRAMS            names of the programs to run (default: all)
#   SEED                runs the tests of a program in an order made from this number
#   READY=1             the library and the programs of the last run are used as they are
#   RESULTS             where the results go
#
# Results of every test: target/c-tests/results.tsv (artemis: results-artemis.tsv). Last line: totals.
# Exit status 0: nothing failed; 2: this machine lacks what the kind of server needs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/build.sh"
. "$here/servers.sh"

broker=${TIBEMS_TEST_BROKER:-devbroker}
jobs=${JOBS:-3}
[ "$broker" = artemis ] && "$root/tests/brokers/fetch.sh" artemis >/dev/null

bin=$out/bin
programs=()
for source in "$here"/conformance/*.c "$here"/stress/*.c; do
    name=$(basename "$source" .c)
    if [ -z "${PROGRAMS:-}" ] || [[ " $PROGRAMS " = *" $name "* ]]; then programs+=("$name"); fi
done

compile_programs() {
    local name source compiler compiling=()
    mkdir -p "$bin"
    compile_harness "$bin"
    # The programs do not change while one is compiled: two compilers at a time.
    for name in "${programs[@]}"; do
        source=$here/conformance/$name.c
        [ -f "$source" ] || source=$here/stress/$name.c
        rm -f "$bin/$name"                  # a program of another day is no result
        compile "$bin/$name" -I"$bin" "$source" "${harness_objects[@]}" &
        compiling+=($!)
        if [ ${#compiling[@]} = 2 ]; then
            wait "${compiling[0]}"          # set -e: one that does not compile ends this script
            compiling=("${compiling[1]}")
        fi
    done
    for compiler in "${compiling[@]}"; do wait "$compiler"; done
}

if [ "${READY:-0}" = 0 ]; then
    build_library
    link_names
    compile_programs
fi

servers_begin "$broker"
server_start A
server_start B
export TIBEMS_TEST_BROKER=$broker TIBEMS_TEST_URL_A=${url[A]} TIBEMS_TEST_URL_B=${url[B]}
export TIBEMS_TEST_UNBUILT=${TIBEMS_TEST_UNBUILT:-$here/api/unbuilt.txt}
export TIBEMS_TEST_SCRATCH=$work TIBEMS_TEST_LAUNCHER=$root/tests/brokers/run-broker.sh

results=$out/results.tsv
[ "$broker" = devbroker ] || results=$out/results-$broker.tsv
results=${RESULTS:-$results}
order=()
[ -z "${SEED:-}" ] || order=(-s "$SEED")
: >"$results"
run() {                                     # label, command...: adds the program's rows, label before the name
    local label=$1
    shift
    "$@" -r "$work/rows" || true            # what failed stands in the rows
    if [ -s "$work/rows" ]; then
        sed "s/\t/\t$label/" "$work/rows" >>"$results"
    fi
    rm -f "$work/rows"
}
for name in "${programs[@]}"; do
    echo "# $name"
    run "" "$bin/$name" "${order[@]}" -j "$jobs" "$@"
done

if [ "$broker" = devbroker ] && [ "${VALGRIND:-1}" = 1 ]; then
    if command -v valgrind >/dev/null; then
        export TIBEMS_TEST_SLOW=10
        for name in "${programs[@]}"; do
            echo "# $name under valgrind"
            run "valgrind:" valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
                --errors-for-leak-kinds=definite "$bin/$name" -c -j 2 "$@"
        done
    else
        echo "# valgrind is not installed: its run is left out"
    fi
fi

passed=$(grep -c '^ok' "$results" || true)
failed=$(grep -c '^not ok' "$results" || true)
skipped=$(grep -c '^skip' "$results" || true)
if [ "$failed" != 0 ]; then
    echo "# failed:"
    sed -n 's/^not ok\t\([^\t]*\)\t\([^\t]*\).*/#   \1 (\2)/p' "$results"
fi
echo "C tests on $broker: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
