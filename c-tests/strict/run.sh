#!/usr/bin/env bash
# Dialogues of the library with strict scripted AMQP peers that others wrote (the test driver of protonj2).
#
#   c-tests/strict/run.sh [NAME or ID pattern ...]
#
#   JOBS     tests at the same time (default 2)
#   PROFILE  debug (default) or release
#
# Results of every test, as rows of the C harness: target/c-tests/results-strict.tsv. Last line: totals.
# Exit status 0: nothing failed; 2: no JDK or no Maven (one line says so).
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
interop=$tests/../interop
. "$tests/../build.sh"
. "$tests/../servers.sh"
. "$interop/partner.sh"

jars=$("$interop/fetch.sh") || exit $?

build_library
link_names
partner_build strict-peers "$jars" "$tests"/peers/*.java "$interop"/partner/{Door,Facts}.java
bin=$out/bin
mkdir -p "$bin"
make_recorder "$bin"
compile "$bin/strict" "$tests"/*.c "$interop/partner.c" "${harness[@]}" "${recorder[@]}"

servers_begin devbroker                     # none is needed: the peers are the servers
export TIBEMS_TEST_BROKER=devbroker TIBEMS_TEST_URL_A=none TIBEMS_TEST_URL_B=none
partner_start strict-peers "$jars" Strict

results=$out/results-strict.tsv
"$bin/strict" -j "${JOBS:-2}" -r "$results" "$@" || true     # what failed stands in the rows
partner_words
partner_results "Dialogues with strict peers" "$results"
