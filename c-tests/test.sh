#!/usr/bin/env bash
# test.sh - everything that needs no foreign server: Rust tests, API checks, install, C tests, the README,
# the specification, the register of cases
# and the list of mutants. Called by `make test`.
#
# Each part prints its own lines; the last line sums them up: 'N passed, M failed'. The exit status says whether all
# passed. PROFILE chooses debug (default) or release; VALGRIND=0 leaves out the runs under valgrind and says so.
set -u
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
profile=${PROFILE:-debug}
cargo=${CARGO:-cargo}
release=()
[ "$profile" = release ] && release=(--release)
logs=$target/c-tests
mkdir -p "$logs"
rm -f "$logs/results.tsv" "$logs/cargo-test.txt"       # results of another day prove nothing
# what the tests note while they run: every status that a function returned
export TIBEMS_TEST_STATUSES
TIBEMS_TEST_STATUSES=$(cd "$logs" && pwd)/statuses
python3 c-tests/check_header.py --begin "$TIBEMS_TEST_STATUSES"
passed=0
failed=0

# part NAME LOG PATTERN COMMAND...: PATTERN picks passed and failed from each line of totals
part() {
    local name=$1 log=$2 pattern=$3 status sum
    shift 3
    echo "== $name"
    "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    sum=$(sed -n "s/$pattern/\1 \2/p" "$log" | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
    passed=$((passed + ${sum% *}))
    failed=$((failed + ${sum#* }))
    # what broke off before its totals, or could not start, counts as one failure
    if [ "$status" -ne 0 ] && [ "${sum#* }" -eq 0 ]; then
        echo "FAIL $name: status $status"
        failed=$((failed + 1))
    fi
}

checks() {
    local test status=0
    for test in c-tests/test_check_*.py; do python3 "$test" || status=1; done
    return $status
}
totals='^\([0-9]*\) passed, \([0-9]*\) failed.*'
# shellcheck disable=SC2086
part "Rust tests" "$logs/cargo-test.txt" '^test result: .* \([0-9]*\) passed; \([0-9]*\) failed.*' \
    $cargo test "${release[@]}" ${CARGO_FEATURES:-} --no-fail-fast
# shellcheck disable=SC2086
part "dialogues, calls that wait read" "$logs/cargo-test-reading.txt" '^test result: .* \([0-9]*\) passed; \([0-9]*\) failed.*' \
    env TIBEMS_TEST_WAITERS_READ=1 $cargo test "${release[@]}" ${CARGO_FEATURES:-} --no-fail-fast --test dialogues
# shellcheck disable=SC2086
part "library" "$logs/build.txt" "$totals" $cargo build -q "${release[@]}" ${CARGO_FEATURES:-} --lib --bins
part "API checks" "$logs/api-checks.txt" "$totals" c-tests/api/run.sh "$target/$profile"
part "install" "$logs/install.txt" "$totals" c-tests/api/install.sh "$target/$profile"
part "C tests" "$logs/c-tests.txt" '^C tests on .*: \([0-9]*\) passed, \([0-9]*\) failed.*' \
    env PROFILE="$profile" c-tests/run.sh
part "comments of the header" "$logs/comments.txt" "$totals" python3 c-tests/check_header.py --record "$TIBEMS_TEST_STATUSES"
part "README" "$logs/readme.txt" "$totals" env PROFILE="$profile" c-tests/readme/run.sh
part "specification" "$logs/spec.txt" "$totals" python3 c-tests/check_spec.py
part "checks of the register" "$logs/checks.txt" "$totals" checks
part "list of mutants" "$logs/mutants.txt" "$totals" python3 tests/mutants/run.py --check
left_out=()
[ "${VALGRIND:-1}" = 0 ] && left_out=(--no-valgrind)
part "register of cases" "$logs/cases.txt" "$totals" python3 c-tests/check_cases.py here --logs "$logs" "${left_out[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
