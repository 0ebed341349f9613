#!/usr/bin/env bash
# The tests that need a broker of others (make test-brokers): conformance tests, exchange
# with Qpid JMS and demonstration on Apache Artemis.
# Exit status 0: nothing failed; 2: no JDK or no Maven (one line says so). Last line: totals.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/build.sh"

status=0
home=$("$root/tests/brokers/fetch.sh" artemis) || exit $?
echo "Apache Artemis: $(basename "$home")"

passed=0 failed=0 skipped=0
TIBEMS_TEST_BROKER=artemis VALGRIND=0 "$here/run.sh" "$@" || status=1
results=$out/results-artemis.tsv
passed=$(grep -c '^ok' "$results" || true)
failed=$(grep -c '^not ok' "$results" || true)
skipped=$(grep -c '^skip' "$results" || true)

if [ $# = 0 ]; then
    if "$here/interop/run.sh" artemis; then passed=$((passed + 1)); else failed=$((failed + 1)) status=1; fi
    for style in listener receive; do
        if BROKER=artemis STYLE=$style "$here/demo/run.sh"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1)) status=1
        fi
    done
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
