#!/usr/bin/env bash
# header_check.sh - fails when include/tibems/tibems.h is not what src/ffi says, or was not committed.
#
# A build writes the header when it differs, so this compares with what was there before the build and, inside a git
# working tree, with the last commit.
set -eu
cd "$(dirname "$0")/../.."
header=include/tibems/tibems.h
before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp "$header" "$before"
touch build.rs
# shellcheck disable=SC2086
${CARGO:-cargo} check -q ${CARGO_FEATURES:-} --lib
if ! diff -u "$before" "$header"; then
    echo "header-check: $header was out of date; it is regenerated now" >&2
    exit 1
fi
if git rev-parse --is-inside-work-tree >/dev/null 2>&1 && ! git diff --exit-code HEAD -- "$header"; then
    echo "header-check: $header is regenerated but not committed" >&2
    exit 1
fi
echo "header-check: up to date"
