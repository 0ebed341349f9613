#!/usr/bin/env bash
# header_check.sh - fails when a generated header of include/tibems is not what src/ffi says, or was not committed.
#
# A build writes a header when it differs, so this compares with what was there before the build and, inside a git
# working tree, with the last commit.
set -eu
cd "$(dirname "$0")/../.."
mapfile -t headers < <(grep -l 'Generated from src/ffi' include/tibems/*.h)
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp "${headers[@]}" "$before"
touch build.rs
# shellcheck disable=SC2086
${CARGO:-cargo} check -q ${CARGO_FEATURES:-} --lib
for header in "${headers[@]}"; do
    if ! diff -u "$before/${header##*/}" "$header"; then
        echo "header-check: $header was out of date; it is regenerated now" >&2
        exit 1
    fi
done
if git rev-parse --is-inside-work-tree >/dev/null 2>&1 && ! git diff --exit-code HEAD -- "${headers[@]}"; then
    echo "header-check: a header is regenerated but not committed" >&2
    exit 1
fi
echo "header-check: up to date"
