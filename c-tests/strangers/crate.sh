#!/usr/bin/env bash
# The crate's own tests and examples, unchanged: called by run.sh, in a network of its own where that can be had.
#
# usage: crate.sh DEVBROKER MANIFEST LOG; EMS_HOME, CARGO_TARGET_DIR and LD_LIBRARY_PATH are set
#
# They want a server at localhost:7222 with a queue and a topic test-success and none called test-failure. Its tests of
# administration stay out: their requests are an inner protocol of the original server (docs/spec/50-administration.md, A51).
set -uo pipefail
devbroker=$1 manifest=$2 log=$3
if (exec 7<>/dev/tcp/127.0.0.1/7222) 2>/dev/null; then
    printf 'skip\tcrate\tport 7222, which its tests want, is taken\n'
    exit 0
fi
"$devbroker" --port 7222 --only test-success,myqueue >/dev/null 2>>"$log" &
server=$!
trap 'kill -KILL $server' EXIT
for attempt in {1..400}; do
    (exec 7<>/dev/tcp/127.0.0.1/7222) 2>/dev/null && break
    if [ "$attempt" = 400 ] || ! kill -0 "$server"; then
        printf 'not ok\tcrate\tno devbroker at port 7222\n'
        exit 1
    fi
    sleep 0.05
done

crate() { timeout 300 cargo "$@" --offline --locked --manifest-path "$manifest" --features integration-tests,test_with_ems,streaming; }
crate test --no-fail-fast --test connection --test session --test local_ems --test stream 2>>"$log" |
    tee -a "$log" | sed -n 's/^test \(.*\) \.\.\. ok$/ok\tcrate: \1/p; s/^test \(.*\) \.\.\. FAILED$/not ok\tcrate: \1/p'
status=${PIPESTATUS[0]}
# one that broke off has not told of every test
if [ "$status" != 0 ] && ! grep -q '^test .* FAILED$' "$log"; then
    printf 'not ok\tcrate: all tests\tended with status %s\n' "$status"
fi

# example NAME WORDS: it ends well and its output has the words
example() {
    local output status=0
    output=$(timeout 60 "$CARGO_TARGET_DIR/debug/examples/$1" 2>&1) || status=$?
    echo "$1: $status: $output" >>"$log"
    if [ $status = 0 ] && [[ $output = *"$2"* ]]; then printf 'ok\texample: %s\n' "$1"; else printf 'not ok\texample: %s\t%s\n' "$1" "${output//$'\n'/ }"; fi
}
example send_text_message_to_queue ""
example receive_message_transaction "rolling back message"
example receive_text_message_from_queue "content: hallo welt"
example send_map_message ""
example receive_map_message "received map message"
example send_message_header ""
example receive_message_selector "VALUE_1"
example send_message_header ""
example receive_message_header "CUSTOM_HEADER_1: VALUE_1"
example send_binary_message_to_queue ""
example receive_message_header "received bytes message"
# whoever comes first waits for the other
example receive_message_and_reply "got message" &
answering=$!
example send_message_and_wait_for_reply "got response"
wait "$answering"
