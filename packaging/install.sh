#!/bin/sh
# install.sh - puts what was built into a prefix, and takes it away again. Called by `make install` and `make uninstall`.
#
# usage: packaging/install.sh install|uninstall
#
# From the environment, as the Makefile sets it: PREFIX, LIBDIR, INCLUDEDIR, DOCDIR; DESTDIR (goes before all of them, and into
# no file); BUILD (folder with libtibemsufo.so and .a), VERSION, SYSTEM_LIBS (what the static library asks of the system);
# STRIP, OBJCOPY (empty: the debug data stays in the library); FORCE=1 (foreign files are overwritten).
#
# A prefix may hold a vendor's libraries and headers of the same names. What is ours is known by a manifest in LIBDIR/tibemsufo:
# path and checksum of each file, path and target of each link. A path that exists is ours when the manifest names it as it
# is now, or when it is what would be written anyway; everything else is foreign. Everything is looked at and copied beside
# its place before the first name changes. The manifest names old and new files while names change, so that an install
# that broke off can be done again. Files that run are not touched: each comes by way of a new name.
set -eu
umask 022                                   # modes do not follow the caller's
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.."
. packaging/names.sh
tab=$(printf '\t')
newline='
'

say() { printf '%s\n' "$*" >&2; }
die() {
    say "$@"
    exit 1
}
absolute() {
    case $1 in
        *"$tab"* | *"$newline"*) die "a path has a tab or a line end: $1" ;;
        /*) printf '%s\n' "$1" ;;
        *) printf '%s/%s\n' "$PWD" "$1" ;;
    esac
}
there() { [ -e "$1" ] || [ -L "$1" ]; }

prefix=$(absolute "${PREFIX:-/usr/local}")
libdir=$(absolute "${LIBDIR:-$prefix/lib}")
includedir=$(absolute "${INCLUDEDIR:-$prefix/include}")
docdir=$(absolute "${DOCDIR:-$prefix/share/doc/libtibemsufo}")
destdir=${DESTDIR:+$(absolute "$DESTDIR")}
manifest=$destdir$libdir/tibemsufo/manifest
stage=$(mktemp -d)
waiting=                                    # how a copy beside its place is called while it waits; empty: there is none

leave() {
    status=$?
    if [ -n "$waiting" ]; then
        while IFS=$tab read -r kind what path; do rm -f "$destdir$path$waiting"; done <"$stage/new"
    fi
    rm -rf "$stage"
    exit $status
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

# ---- what is there, and whose it is ----

# line PATH: how the manifest names what stands at this path (the path without DESTDIR)
line() {
    if [ -L "$destdir$1" ]; then
        printf 'link\t%s\t%s\n' "$(readlink "$destdir$1")" "$1"
    else
        printf 'file\t%s\t%s\n' "$(cksum <"$destdir$1")" "$1"
    fi
}
# own PATH: whether what is there is what a manifest names
own() {
    [ -L "$destdir$1" ] || [ -f "$destdir$1" ] || return 1
    grep -qxF -e "$(line "$1")" "$stage/known"
}

# ---- what is to be there ----

# add MODE SOURCE PATH, add link TARGET PATH: what goes where; the mode stands beside the list, it is no part of the manifest
add() {
    if [ "$1" = link ]; then
        printf 'link\t%s\t%s\n' "$2" "$3" >>"$stage/new"
        printf 'link\t%s\n' "$2" >>"$stage/sources"
    else
        printf 'file\t%s\t%s\n' "$(cksum <"$2")" "$3" >>"$stage/new"
        printf '%s\t%s\n' "$1" "$2" >>"$stage/sources"
    fi
}

# The library without debug data, which goes into a file beside it that debuggers find by its name.
prepare_library() {
    [ -f "$BUILD/libtibemsufo.so" ] && [ -f "$BUILD/libtibemsufo.a" ] || die "nothing is built in $BUILD: run make first"
    cp "$BUILD/libtibemsufo.so" "$stage/$library"
    cp "$BUILD/libtibemsufo.a" "$stage/libtibemsufo.a"
    if [ -z "${STRIP:-}" ] || [ -z "${OBJCOPY:-}" ] || ! command -v "$STRIP" >/dev/null || ! command -v "$OBJCOPY" >/dev/null; then
        say "install: strip and objcopy (binutils) are not used: the libraries keep their debug data"
        return
    fi
    "$OBJCOPY" --only-keep-debug "$stage/$library" "$stage/$library.debug"
    "$STRIP" --strip-unneeded "$stage/$library"
    (cd "$stage" && "$OBJCOPY" --add-gnu-debuglink="$library.debug" "$library")
    "$STRIP" --strip-debug "$stage/libtibemsufo.a"
}

# A .pc file. Its paths are quoted: they may have blanks.
pkg_config_file() { # NAME
    below() { case $1 in "$prefix"/*) printf '${prefix}%s' "${1#"$prefix"}" ;; *) printf '%s' "$1" ;; esac }
    printf '%s\n' "prefix=$prefix" "libdir=$(below "$libdir")" "includedir=$(below "$includedir")" '' "Name: $1" \
        'Description: the EMS C client API with unshared-state failover, over AMQP 1.0' "Version: $VERSION" \
        'Cflags: -I"${includedir}"' 'Libs: -L"${libdir}" -ltibemsufo' "Libs.private: $SYSTEM_LIBS"
}

prepare() {
    library=libtibemsufo.so.$VERSION
    : >"$stage/new"
    : >"$stage/sources"
    prepare_library
    add 755 "$stage/$library" "$libdir/$library"
    [ ! -f "$stage/$library.debug" ] || add 644 "$stage/$library.debug" "$libdir/$library.debug"
    add 644 "$stage/libtibemsufo.a" "$libdir/libtibemsufo.a"
    add link "$library" "$libdir/libtibemsufo.so.1"
    for name in $library_names; do
        add link libtibemsufo.so.1 "$libdir/lib$name.so"
        [ "$name" = tibemsufo ] || add link libtibemsufo.a "$libdir/lib$name.a"
    done
    for header in include/tibems/*.h; do add 644 "$header" "$includedir/tibems/${header##*/}"; done
    for name in tibemsufo tibems; do
        pkg_config_file $name >"$stage/$name.pc"
        add 644 "$stage/$name.pc" "$libdir/pkgconfig/$name.pc"
    done
    for text in LICENSE THIRD-PARTY.txt README.md; do add 644 "$text" "$docdir/$text"; done
    text=$("${RUSTC:-rustc}" --print sysroot 2>/dev/null || :)/share/doc/rust/COPYRIGHT-library.html
    [ ! -f "$text" ] || add 644 "$text" "$docdir/COPYRIGHT-library.html"
}

# Ends the install when something stands in the way that is not ours, and names all of it.
look_for_foreign() {
    : >"$stage/foreign"
    while IFS=$tab read -r kind what path; do
        if [ -d "$destdir$path" ] && [ ! -L "$destdir$path" ]; then
            die "install: $destdir$path is a folder; nothing was installed"
        fi
        ! there "$destdir$path" || own "$path" || [ "$(line "$path")" = "$kind$tab$what$tab$path" ] ||
            printf '%s\n' "$destdir$path" >>"$stage/foreign"
    done <"$stage/new"
    [ -s "$stage/foreign" ] || return 0
    say "install: these files are not of this library:"
    sed 's/^/    /' "$stage/foreign" >&2
    [ "${FORCE:-0}" = 1 ] || die "nothing was installed; another PREFIX leaves them alone, FORCE=1 overwrites them"
    say "install: they are overwritten (FORCE=1)"
}

# Copies everything beside its place.
copy() {
    waiting=.tibemsufo-new
    paste "$stage/sources" "$stage/new" >"$stage/copies"
    while IFS=$tab read -r mode source kind what path; do
        mkdir -p "$(dirname "$destdir$path")"
        rm -f "$destdir$path$waiting"
        if [ "$mode" = link ]; then
            ln -s "$source" "$destdir$path$waiting"
        else
            cp "$source" "$destdir$path$waiting"
            chmod "$mode" "$destdir$path$waiting"
        fi
    done <"$stage/copies"
}

write_manifest() { # FILE...: the lines of these files
    mkdir -p "$(dirname "$manifest")"
    { printf 'what libtibemsufo %s has installed; make uninstall reads it\n' "$VERSION" && cat "$@"; } >"$manifest.tibemsufo-new"
    chmod 644 "$manifest.tibemsufo-new"
    mv -f "$manifest.tibemsufo-new" "$manifest"
}

# ---- the two commands ----

read_manifest() {
    : >"$stage/known"
    [ ! -f "$manifest" ] || grep -e "^file$tab" -e "^link$tab" "$manifest" >"$stage/known" || :
}

# Removes files that a list names and that are as it says; others stay and are named. Empty folders of ours go too.
remove() { # LIST
    while IFS=$tab read -r kind what path; do
        if own "$path"; then
            rm -f "$destdir$path"
        elif there "$destdir$path"; then
            say "not removed, because it has changed since it was installed: $destdir$path"
        fi
    done <"$1"
}

install_all() {
    prepare
    read_manifest
    look_for_foreign
    copy
    write_manifest "$stage/known" "$stage/new"
    while IFS=$tab read -r kind what path; do
        # a link to a folder would take the new file into it
        [ ! -d "$destdir$path" ] || rm -f "$destdir$path"
        mv -f "$destdir$path$waiting" "$destdir$path"
    done <"$stage/new"
    waiting=
    # what an older version had and this one has not
    cut -f 3 "$stage/new" >"$stage/paths"
    while IFS=$tab read -r kind what path; do
        grep -qxF -e "$path" "$stage/paths" || printf '%s\t%s\t%s\n' "$kind" "$what" "$path"
    done <"$stage/known" >"$stage/older"
    remove "$stage/older"
    write_manifest "$stage/new"
}

uninstall_all() {
    if [ ! -f "$manifest" ]; then
        say "uninstall: $manifest does not exist: nothing of this library is known to be installed there"
        return
    fi
    read_manifest
    remove "$stage/known"
    rm -f "$manifest"
    for folder in "${manifest%/*}" "$destdir$includedir/tibems" "$destdir$libdir/pkgconfig" "$destdir$docdir"; do
        rmdir "$folder" 2>/dev/null || :
    done
}

case ${1:-} in
    install) install_all ;;
    uninstall) uninstall_all ;;
    *) die "usage: packaging/install.sh install|uninstall" ;;
esac
