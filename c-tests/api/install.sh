#!/usr/bin/env bash
# install.sh - checks of `make install` and `make uninstall`, in folders with blanks, below another umask, beside foreign files;
# of the licences that go with it; and of what the commands say on a machine that lacks something.
#
# usage: c-tests/api/install.sh [BUILD]
# BUILD is the folder with libtibemsufo.so and libtibemsufo.a (default: target/debug). Prints one line a check and ends
# with 'N passed, M failed'. Needs what c-tests/needs.sh asks for `make test`.
set -u
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
build=${1:-$target/debug}
cc=${CC:-cc}
. packaging/names.sh
out=$(mkdir -p "$target" && cd "$target" && pwd)/install-checks
passed=0
failed=0
rm -rf "$out"
mkdir -p "$out"
version=$(sed -n '/^version/{s/.*"\(.*\)".*/\1/p;q;}' Cargo.toml)

check() { # NAME COMMAND...: the command must succeed
    local name=$1
    shift
    if ("$@") >"$out/log" 2>&1; then
        echo "ok   install/$name"
        passed=$((passed + 1))
    else
        echo "FAIL install/$name"
        sed 's/^/     /' "$out/log" | head -40
        failed=$((failed + 1))
    fi
}
# What install does does not depend on the library: most checks take a small one.
small=$out/small
run_make() { make -s BUILD="$small" "$@"; }
make_small() {
    mkdir -p "$small"
    "$cc" -g -shared -fPIC -Iinclude -o "$small/libtibemsufo.so" c-tests/api/stand_in.c &&
        "$cc" -g -c -Iinclude -o "$small/stand_in.o" c-tests/api/stand_in.c && ar rc "$small/libtibemsufo.a" "$small/stand_in.o"
}
installed() { find "$1" ! -type d | sort; }
# what is where, with modes and contents
picture() { (cd "$1" && find . | sort | while read -r path; do
    if [ -f "$path" ] && [ ! -L "$path" ]; then cksum "$path"; fi
    stat -c '%n %A %N' "$path"
done); }

with_blanks() { # below a umask that lets nobody else in, and into a folder whose name the shell would split
    local prefix=$out/a\ "prefix's"/p
    mkdir -p "$out/a prefix's"
    chmod 755 "$out/a prefix's"
    (umask 077 && run_make install-files PREFIX="$prefix" DESTDIR= BUILD="$build") || return 1
    [ -z "$(find "$prefix" -type d ! -perm 755)" ] || return 1
    [ -z "$(find "$prefix" -type f ! -perm 644 ! -name "libtibemsufo.so.$version")" ] || return 1
    [ "$(stat -c %a "$prefix/lib/libtibemsufo.so.$version")" = 755 ] || return 1
    [ -z "$(find "$prefix" -name '*tibemsufo-new*')" ] || return 1
    local file
    for file in LICENSE THIRD-PARTY.txt README.md; do cmp "$file" "$prefix/share/doc/libtibemsufo/$file" || return 1; done
    # a program is compiled by what pkg-config says of such a prefix, with the shared library and with the static one
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
    local name
    for name in tibemsufo tibems; do
        eval "\"$cc\" -o \"$out/blanks\" c-tests/api/smoke.c $(pkg-config --cflags --libs $name)" && "$out/blanks" || return 1
    done
    eval "\"$cc\" -o \"$out/blanks\" c-tests/api/smoke.c $(pkg-config --cflags --libs --static tibemsufo)" && "$out/blanks" || return 1
    [ "$(pkg-config --variable=prefix tibems)" = "$prefix" ]
}
debug_data_beside() {
    local prefix=$out/stripped library
    run_make install-files PREFIX="$prefix" DESTDIR= BUILD="$build" || return 1
    library=$prefix/lib/libtibemsufo.so.$version
    ! readelf -S "$library" | grep -q '\.debug_info' || return 1
    readelf -S "$library.debug" | grep -q '\.debug_info' || return 1
    readelf --string-dump=.gnu_debuglink "$library" | grep -q "libtibemsufo.so.$version.debug" || return 1
    ! readelf -S "$prefix/lib/libtibemsufo.a" 2>/dev/null | grep -q '\.debug_info' || return 1
    run_make install-files PREFIX="$out/unstripped" DESTDIR= STRIP= 2>&1 | grep 'keep their debug data' || return 1
    readelf -S "$out/unstripped/lib/libtibemsufo.so.$version" | grep -q '\.debug_info' &&
        [ ! -e "$out/unstripped/lib/libtibemsufo.so.$version.debug" ]
}
staged() { # DESTDIR: no file knows of it, and uninstall finds everything again
    local stage="$out/the stage"
    run_make install-files PREFIX=/opt/ems DESTDIR="$stage" LIBDIR=/opt/ems/lib64 || return 1
    [ -f "$stage/opt/ems/lib64/libtibemsufo.so.$version" ] && [ -f "$stage/opt/ems/include/tibems/emsadmin.h" ] || return 1
    ! grep -rIl "the stage" "$stage" || return 1
    grep -qx 'libdir=${prefix}/lib64' "$stage/opt/ems/lib64/pkgconfig/tibems.pc" || return 1
    run_make uninstall PREFIX=/opt/ems DESTDIR="$stage" LIBDIR=/opt/ems/lib64 && [ -z "$(installed "$stage")" ]
}
again() { # twice the same, and an older version goes
    local prefix=$out/again
    run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    picture "$prefix" >"$out/first"
    run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    picture "$prefix" | diff "$out/first" - || return 1
    run_make install-files PREFIX="$prefix" DESTDIR= VERSION=0.0.9 || return 1
    [ -e "$prefix/lib/libtibemsufo.so.0.0.9" ] && [ ! -e "$prefix/lib/libtibemsufo.so.$version" ] || return 1
    [ "$(readlink "$prefix/lib/libtibemsufo.so.1")" = libtibemsufo.so.0.0.9 ] || return 1
    run_make uninstall PREFIX="$prefix" DESTDIR= && [ -z "$(installed "$prefix")" ]
}
vendor_files() { # PREFIX: what another product has there
    mkdir -p "$1/lib" "$1/include/tibems"
    echo "a vendor's library" >"$1/lib/libtibems.so"
    ln -s libtibems64.so.8 "$1/lib/libtibems64.so"
    echo '/* a vendor' >"$1/include/tibems/tibems.h"
    echo '/* a header of another product */' >"$1/include/tibems/vendor.h"
}
foreign_files() {
    local prefix=$out/foreign
    vendor_files "$prefix"
    picture "$prefix" >"$out/before"
    ! run_make install-files PREFIX="$prefix" DESTDIR= 2>"$out/said" || return 1
    cat "$out/said"
    local file
    for file in lib/libtibems.so lib/libtibems64.so include/tibems/tibems.h; do grep -q "^ *$prefix/$file$" "$out/said" || return 1; done
    [ "$(grep -c "^ *$prefix" "$out/said")" = 3 ] && grep -q FORCE=1 "$out/said" || return 1
    picture "$prefix" | diff "$out/before" - || return 1        # nothing half installed
    run_make uninstall PREFIX="$prefix" DESTDIR= || return 1
    picture "$prefix" | diff "$out/before" - || return 1        # nothing of theirs removed
    run_make install-files PREFIX="$prefix" DESTDIR= FORCE=1 || return 1
    cmp include/tibems/tibems.h "$prefix/include/tibems/tibems.h" || return 1
    cmp "$prefix/lib/libtibems.so" "$prefix/lib/libtibemsufo.so.$version" || return 1
    [ "$(cat "$prefix/include/tibems/vendor.h")" = '/* a header of another product */' ] || return 1
    # another product came later: its file is no longer ours
    rm "$prefix/lib/libtibems.so"
    echo "a vendor's library" >"$prefix/lib/libtibems.so"
    ! run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    run_make uninstall PREFIX="$prefix" DESTDIR= 2>&1 | grep "not removed.*libtibems.so" || return 1
    [ "$(installed "$prefix" | sed "s|^$prefix/||" | tr '\n' ' ')" = 'include/tibems/vendor.h lib/libtibems.so ' ]
}
in_the_way() { # a folder of that name, a link to a folder
    local prefix=$out/way
    mkdir -p "$prefix/include/tibems/tibems.h"
    ! run_make install-files PREFIX="$prefix" DESTDIR= FORCE=1 2>"$out/said" || return 1
    grep -q 'is a folder' "$out/said" && [ -z "$(installed "$prefix")" ] || return 1
    rmdir "$prefix/include/tibems/tibems.h"
    mkdir -p "$prefix/elsewhere" "$prefix/lib"
    ln -s ../elsewhere "$prefix/lib/libtibems.so"
    ! run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    run_make install-files PREFIX="$prefix" DESTDIR= FORCE=1 && [ -z "$(ls "$prefix/elsewhere")" ] &&
        [ "$(readlink "$prefix/lib/libtibems.so")" = libtibemsufo.so.1 ]
}
broken_off() { # no room or no right in the middle: what was there is there, and nothing else
    local prefix=$out/broken
    run_make install-files PREFIX="$prefix" DESTDIR= VERSION=0.0.9 || return 1
    picture "$prefix" >"$out/before"
    # the last folder that is written cannot be made
    ! run_make install-files PREFIX="$prefix" DESTDIR= DOCDIR="$prefix/include/tibems/tibems.h/doc" || return 1
    picture "$prefix" | diff "$out/before" - || return 1
    # it ends between two names: the next one goes through
    mkdir -p "$out/mv"
    printf '#!/bin/sh\necho >>"%s/mv/calls"\n[ "$(wc -l <"%s/mv/calls")" -le 20 ] && exec "%s" "$@"\n' "$out" "$out" "$(command -v mv)" \
        >"$out/mv/mv"
    chmod +x "$out/mv/mv"
    ! PATH="$out/mv:$PATH" run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    [ "$(wc -l <"$out/mv/calls")" = 21 ] && [ -z "$(find "$prefix" -name '*tibemsufo-new*')" ] || return 1
    run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    run_make install-files PREFIX="$prefix.fresh" DESTDIR= || return 1
    diff -r -x manifest -x '*.pc' "$prefix" "$prefix.fresh"
}
nothing_built() {
    ! make -s install-files PREFIX="$out/nothing" DESTDIR= BUILD="$out/empty" 2>"$out/said" && grep -q 'run make first' "$out/said" &&
        [ ! -e "$out/nothing" ]
}
in_use() { # a program that runs keeps what it has mapped
    local prefix=$out/use before
    run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    before=$(stat -L -c %i "$prefix/lib/libtibemsufo.so.1")
    exec 4<"$prefix/lib/libtibemsufo.so.1"
    run_make install-files PREFIX="$prefix" DESTDIR= || return 1
    [ "$(stat -L -c %i /dev/fd/4)" = "$before" ] && [ "$(stat -L -c %i "$prefix/lib/libtibemsufo.so.1")" != "$before" ]
}
no_commands() { # FOLDER COMMAND...: a search path on which these are missing
    local folder=$1 place file name
    shift
    mkdir -p "$folder"
    while IFS= read -r place; do
        for file in "$place"/*; do
            name=${file##*/}
            [ -x "$file" ] && [[ " $* " != *" $name "* ]] && [ ! -e "$folder/$name" ] && ln -s "$file" "$folder/$name"
        done
    done < <(tr : '\n' <<<"$PATH")
    :
}
without_python() { # it is said at once, by name, and nothing is built
    no_commands "$out/without python" python3 valgrind
    local status=0
    PATH="$out/without python" timeout 20 make -s test CARGO_TARGET_DIR="$out/untouched" >"$out/said" 2>&1 || status=$?
    cat "$out/said"
    [ $status != 0 ] && [ $status != 124 ] && grep -q 'make test needs python3' "$out/said" &&
        grep -q 'make test needs valgrind' "$out/said" && [ ! -e "$out/untouched" ]
}
without_pkg_config() { # the OpenSSL that the compiler finds is named to the build
    no_commands "$out/without pkg-config" pkg-config pkgconf "${PKG_CONFIG:-pkg-config}"
    printf 'include Makefile\nshow:\n\t@echo "$(OPENSSL)|$$OPENSSL_INCLUDE_DIR|$$OPENSSL_LIB_DIR|"\n' >"$out/show.mk"
    local said kind include lib
    said=$(env -u OPENSSL_DIR -u OPENSSL_LIB_DIR -u OPENSSL_INCLUDE_DIR PATH="$out/without pkg-config" make -s -f "$out/show.mk" show)
    echo "$said"
    IFS='|' read -r kind include lib _ <<<"$said"
    if [ "$kind" = vendored ]; then
        [ -z "$include$lib" ]
    else
        [ -f "$include/openssl/ssl.h" ] && [ -e "$lib/libssl.so" ]
    fi
}

check small_library make_small
check with_blanks with_blanks
check debug_data_beside debug_data_beside
check staged staged
check again again
check foreign_files foreign_files
check in_the_way in_the_way
check broken_off broken_off
check nothing_built nothing_built
check in_use in_use
check without_python without_python
check without_pkg_config without_pkg_config
check third_party python3 packaging/third_party.py --check
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
