#!/usr/bin/env bash
# What this library writes, decoded by Apache Qpid Proton: C programs against a server made of it (server.py).
#
#   c-tests/proton/run.sh [NAME or ID pattern ...]
#
#   PROFILE   debug (default) or release
#   PYTHON    a python that has Proton (default: the first of python3, /usr/bin/python3)
#
# Results of every test, as rows of the C harness: target/c-tests/results-proton.tsv. Last line: totals. No Proton: one row that
# failed says so.
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$tests/../build.sh"
. "$tests/../servers.sh"

mkdir -p "$out/bin"
results=$out/results-proton.tsv
rm -f "$results"
python=
for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    if "$candidate" -c 'import proton, cproton' 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    why="Apache Qpid Proton for Python is missing (Debian: python3-qpid-proton); nothing was decoded by it"
    echo "$why" >&2
    printf 'not ok\tproton\t-\t0\t%s\n' "$why" >"$results"
    echo "Proton: 0 passed, 1 failed, 0 skipped"
    exit 1
fi

build_library
link_names
bin=$out/bin
make_recorder "$bin"
compile "$bin/proton" "$tests"/*.c "$tests/../interop/partner.c" "${harness[@]}" "${recorder[@]}"

# The server ends with its standard input, which this script holds open.
servers_begin devbroker
mkfifo "$work/proton.in"
"$python" "$tests/server.py" <"$work/proton.in" >"$work/proton.ports" 2>"$work/proton.log" &
others+=($!)
exec 8>"$work/proton.in"
ports=
for ((i = 0; i < 600; i++)); do
    ports=$(sed -n 's/^proton: //p' "$work/proton.ports")
    [ -n "$ports" ] && break
    kill -0 "${others[0]}" 2>/dev/null || break
    sleep 0.05
done
if [ -z "$ports" ]; then
    echo "the Proton server does not start:" >&2
    tail -5 "$work/proton.log" >&2
    exit 1
fi
export TIBEMS_TEST_PARTNER=${ports% *} TIBEMS_TEST_URL_A=tcp://127.0.0.1:${ports#* }
export TIBEMS_TEST_URL_B=$TIBEMS_TEST_URL_A

# One at a time: the frames that the server shows are those of the newest connection.
"$bin/proton" -j 1 -r "$results" "$@" || true         # what failed stands in the rows
if [ -s "$work/proton.log" ]; then
    echo "# the server wrote:"
    sed 's/^/#   /' "$work/proton.log" | head -40
fi
if [ $# = 0 ]; then
    mkdir "$work/again"
    # shellcheck disable=SC2086
    if ! TIBEMS_RECORDED_AGAIN=$work/again cargo test -q ${CARGO_FEATURES:-} --test recorded >"$work/recorded.log" 2>&1; then
        tail -20 "$work/recorded.log" >&2          # what is missing then fails below
    fi
    "$python" "$tests/again.py" "$work/again" >"$work/rows"
    tee -a "$results" <"$work/rows"
    printf 'end\tagain\t-\t0\t%d\n' "$(wc -l <"$work/rows")" >>"$results"
fi
passed=$(grep -c '^ok' "$results" || true)
failed=$(grep -c '^not ok' "$results" || true)
skipped=$(grep -c '^skip' "$results" || true)
echo "Proton: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
