#!/usr/bin/env bash
# Sends one message of 1.5 GiB through Apache ActiveMQ Artemis and back (D35). Run by hand, it is no part of `make test`:
#
#   c-tests/large/run.sh [BYTES]         PROFILE=debug for the library of target/debug, PORT for another port
#
# It needs some 5 GiB of memory for the program, up to 6 GiB for the server (TIBEMS_ARTEMIS_HEAP; Artemis keeps what it has read
# of a large message until a consumer takes it, and with 1 GiB it fails) and 2 GiB of disk for its store. Exit status 2: the
# machine lacks what Artemis needs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
profile=${PROFILE:-release}
build=${CARGO_TARGET_DIR:-$root/target}/$profile
port=${PORT:-25672}
work=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || { kill "$broker"; wait "$broker"; } 2>/dev/null || true; rm -rf "$work"' EXIT

(cd "$root" && cargo build --lib "--profile=$([ "$profile" = debug ] && echo dev || echo "$profile")")
gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/large" "$here/large.c" -I"$root/include" -L"$build" -ltibemsufo -Wl,-rpath,"$work"
ln -s "$build/libtibemsufo.so" "$work/libtibemsufo.so.1"
"$root/tests/brokers/fetch.sh" artemis >/dev/null
TIBEMS_ARTEMIS_HEAP=${TIBEMS_ARTEMIS_HEAP:-6G} "$root/tests/brokers/run-broker.sh" artemis "$port" "$work/artemis" >"$work/log" 2>&1 &
broker=$!
for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    kill -0 "$broker" 2>/dev/null || { cat "$work/log" >&2; exit 2; }
    sleep 0.2
done
TIBEMS_AMQP_OPTIONS=message_limit=2147483647 timeout 1200 "$work/large" "tcp://127.0.0.1:$port" "$@"
