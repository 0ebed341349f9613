#!/usr/bin/env bash
# The tests that need programs of others (make test-brokers): conformance tests, interoperation with Apache Qpid JMS and
# demonstration, on Apache Artemis; dialogues with strict scripted peers; what is written, decoded by Apache Qpid Proton.
# With patterns, only the conformance tests that fit.
# Exit status 0: nothing failed; 2: no JDK or no Maven (one line says so). Last line: totals.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/build.sh"

status=0
home=$("$root/tests/brokers/fetch.sh" artemis) || exit $?
echo "Apache Artemis: $(basename "$home")"

passed=0 failed=0 skipped=0
count() {                                   # RESULTS: adds the rows of one run; without rows it failed
    [ -f "$1" ] || { failed=$((failed + 1)) status=1; return; }
    passed=$((passed + $(grep -c '^ok' "$1" || true)))
    failed=$((failed + $(grep -c '^not ok' "$1" || true)))
    skipped=$((skipped + $(grep -c '^skip' "$1" || true)))
}
one() {                                     # COMMAND...: counts as one, passed or failed
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) status=1; fi
}
rm -f "$out"/results-{artemis,interop,strict,proton}.tsv        # results of another day prove nothing
# every status that a function returned to these programs stands in its comment, too
export TIBEMS_TEST_STATUSES=$out/statuses-brokers
python3 "$here/check_header.py" --begin "$TIBEMS_TEST_STATUSES"
TIBEMS_TEST_BROKER=artemis VALGRIND=0 "$here/run.sh" "$@" || status=1
count "$out/results-artemis.tsv"

if [ $# = 0 ]; then
    TIBEMS_TEST_BROKER=artemis "$here/interop/run.sh" || status=1
    count "$out/results-interop.tsv"
    "$here/strict/run.sh" || status=1
    count "$out/results-strict.tsv"
    "$here/proton/run.sh" || status=1
    count "$out/results-proton.tsv"
    one python3 "$here/check_cases.py" brokers --logs "$out"
    for style in listener receive; do
        one env BROKER=artemis STYLE="$style" "$here/demo/run.sh"
    done
fi
one python3 "$here/check_header.py" --returned "$TIBEMS_TEST_STATUSES"
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
