#!/usr/bin/env bash
# test.sh - everything that needs no foreign server: Rust tests, API checks, C tests. Called by `make test`.
#
# Each part prints its own lines; the last line sums them up: 'N passed, M failed'. The exit status says whether all
# passed. PROFILE chooses debug (default) or release.
set -u
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
profile=${PROFILE:-debug}
release=()
[ "$profile" = release ] && release=(--release)
mkdir -p "$target"
log=$target/test.log
passed=0
failed=0

# part NAME PATTERN COMMAND...: PATTERN picks passed and failed of each line of totals
part() {
    local name=$1 pattern=$2 status sum
    shift 2
    echo "== $name"
    "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    sum=$(sed -n "s/$pattern/\1 \2/p" "$log" | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
    passed=$((passed + ${sum% *}))
    failed=$((failed + ${sum#* }))
    # a part that broke off before its totals, or could not start, counts as one failure
    if [ "$status" -ne 0 ] && [ "${sum#* }" -eq 0 ]; then
        echo "FAIL $name: status $status"
        failed=$((failed + 1))
    fi
}

# shellcheck disable=SC2086
part "Rust tests" '^test result: .* \([0-9]*\) passed; \([0-9]*\) failed.*' \
    ${CARGO:-cargo} test "${release[@]}" ${CARGO_FEATURES:-} --no-fail-fast
# shellcheck disable=SC2086
part "library" '^\([0-9]*\) passed, \([0-9]*\) failed$' \
    ${CARGO:-cargo} build -q "${release[@]}" ${CARGO_FEATURES:-} --lib --bins
part "API checks" '^\([0-9]*\) passed, \([0-9]*\) failed$' c-tests/api/run.sh "$target/$profile"
part "C tests" '^\([0-9]*\) passed, \([0-9]*\) failed$' c-tests/run.sh
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
