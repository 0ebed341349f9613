# partner.sh - sourced after build.sh and servers.sh by the scripts whose C tests talk to a Java program
#
# partner_build NAME JARS SOURCE... compiles it into $out/NAME; partner_start NAME JARS CLASS ARGUMENT... starts it and sets
# TIBEMS_TEST_PARTNER, its port; partner_words shows what it wrote besides. It ends with its standard input, which the
# script holds open.

partner_build() {
    local classes=$out/$1 jars=$2
    shift 2
    rm -rf "$classes"
    javac -Xlint:all -Xlint:-try -Werror -d "$classes" -cp "$jars/*" "$@"
}

partner_start() {
    local classes=$out/$1 jars=$2 process
    shift 2
    : >"$work/partner.log"
    mkfifo "$work/partner.in"
    java -Xmx128M -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp "$classes:$jars/*" "$@" \
        <"$work/partner.in" >"$work/partner.log" 2>&1 &
    process=$!
    others+=("$process")
    exec 8>"$work/partner.in"
    for ((i = 0; i < 600; i++)); do
        TIBEMS_TEST_PARTNER=$(sed -n 's/^partner: listening on //p' "$work/partner.log")
        [ -n "$TIBEMS_TEST_PARTNER" ] && break
        kill -0 "$process" 2>/dev/null || break
        sleep 0.05
    done
    if [ -z "$TIBEMS_TEST_PARTNER" ]; then
        echo "the partner program does not start:" >&2
        tail -5 "$work/partner.log" >&2
        exit 1
    fi
    export TIBEMS_TEST_PARTNER
}

partner_words() {
    if [ -n "$(sed 1d "$work/partner.log")" ]; then
        echo "# the partner program wrote:"
        sed '1d; s/^/#   /' "$work/partner.log" | head -40
    fi
}

# partner_results TITLE FILE: the last line, and the exit status of the script
partner_results() {
    local passed failed skipped
    passed=$(grep -c '^ok' "$2" || true)
    failed=$(grep -c '^not ok' "$2" || true)
    skipped=$(grep -c '^skip' "$2" || true)
    echo "$1: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
}
