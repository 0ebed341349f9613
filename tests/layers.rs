//! The layer rule: arrows point down only (see the head of `src/lib.rs`).
//!
//! Reads the paths that each source file names after `crate::` (and `super::` beyond its own layer
//! does not occur in this source) and compares the layers with what a layer may use.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules that every layer may use, but for those of `ALONE`.
const COMMON: &[&str] = &[
    "status",
    "settings",
    "trace",
    "clock",
    "guard",
    "thread_end",
    "descriptor",
    "cancellation",
    "sync",
    "process",
];

/// Layers that use no common module but the locks: AMQP knows nothing of the API and its settings.
const ALONE: &[&str] = &["amqp"];

/// Layers that call no cryptography of the system.
const WITHOUT_OPENSSL: &[&str] = &["amqp", "message"];

/// What a layer may use besides itself and the common modules.
const LAYERS: &[(&str, &[&str])] = &[
    ("ffi", &["client", "message", "amqp", "transport"]),
    ("client", &["message", "amqp", "transport"]),
    ("message", &["amqp::codec"]),
    ("amqp", &["sync"]),
    ("transport", &[]),
    ("status", &[]),
    ("settings", &["status", "process"]),
    ("trace", &["status", "clock", "descriptor", "process"]),
    ("clock", &[]),
    ("guard", &["sync", "process"]),
    ("thread_end", &["guard", "process"]),
    ("descriptor", &[]),
    ("cancellation", &[]),
    ("sync", &[]),
    ("process", &["sync"]),
];

/// The rooms of the client and what each may use of it; the files beside them, the nouns, may use all.
const ROOMS: &[(&str, &[&str])] = &[
    ("rules", &["rules"]),
    ("model", &["rules", "model"]),
    ("runtime", &["rules", "model", "runtime"]),
];

/// What the code of a room does not name: it has no lock, no thread, no socket, and looks at no clock.
const WITHOUT: &[(&str, &[&str])] = &[("rules", OUTSIDE), ("model", OUTSIDE)];
const OUTSIDE: &[&str] = &[
    "Mutex",
    "RwLock",
    "Condvar",
    "PerProcess",
    "Inherited",
    "SystemTime",
    "now()",
    "elapsed()",
    "spawn",
    "thread",
    "transport",
    "libc",
    "std::net", // addresses are values of core::net
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// A text without its comments.
fn code(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether the code of a file names `word`.
fn names(text: &str, word: &str) -> bool {
    code(text)
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|found| found == word)
}

/// Every path after `crate::` in the code of a file, groups resolved: `crate::{a::b, c}` gives
/// `a::b` and `c`.
fn crate_paths(text: &str) -> Vec<String> {
    let code = code(text);
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        if before.is_alphanumeric() || before == '_' {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            paths.extend(group_members(group));
        } else {
            paths.push(leading_path(rest));
        }
    }
    paths
}

/// The path at the start of a text, with the members of a nested group left out.
fn leading_path(text: &str) -> String {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

fn group_members(text: &str) -> Vec<String> {
    let mut depth = 0;
    let mut start = 0;
    let mut members = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(leading_path(text[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members.retain(|member| !member.is_empty());
    members
}

/// Whether code of `layer` may name `path`.
fn allowed(layer: &str, path: &str) -> bool {
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return false;
    };
    let first = path.split("::").next().unwrap_or("");
    let is_layer = LAYERS.iter().any(|(name, _)| *name == first);
    if !is_layer || first == layer {
        return true;
    }
    let common = COMMON.contains(&first) && !COMMON.contains(&layer) && !ALONE.contains(&layer);
    let under = |root: &&str| path == *root || path.starts_with(&format!("{root}::"));
    common || below.iter().any(under)
}

#[test]
fn arrows_point_down_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut checked = 0;
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        let layer = first.trim_end_matches(".rs");
        if layer == "lib" || layer == "bin" {
            continue;
        }
        assert!(
            LAYERS.iter().any(|(name, _)| *name == layer),
            "{} belongs to no layer",
            inside.display()
        );
        for path in crate_paths(&fs::read_to_string(&file).unwrap()) {
            checked += 1;
            if !allowed(layer, &path) {
                wrong.push(format!("{}: crate::{path}", inside.display()));
            }
        }
    }
    assert!(checked > 30, "only {checked} paths were found");
    assert!(
        wrong.is_empty(),
        "arrows that point up:\n{}",
        wrong.join("\n")
    );
}

/// The room of a path that a file of `room` names after `crate::client::` (nothing: not of the client).
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("client::")?;
    inside.split("::").next()
}

/// What is wrong in the text of a file in a room of the client.
fn wrong_in_room(room: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let (_, may) = ROOMS.iter().find(|(name, _)| *name == room).unwrap();
    for path in crate_paths(text) {
        if path == "client" || room_of(&path).is_some_and(|used| !may.contains(&used)) {
            wrong.push(format!("crate::{path}"));
        }
    }
    let code = code(text);
    // what tests do is their own business
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
    if code.contains("super::super") {
        wrong.push("super::super".into());
    }
    if let Some((_, words)) = WITHOUT.iter().find(|(name, _)| *name == room) {
        for word in *words {
            // a call or a path stands as it is, a word by itself
            let named = match word.contains("::") || word.ends_with("()") {
                true => code.contains(word),
                false => names(code, word),
            };
            if named {
                wrong.push((*word).into());
            }
        }
    }
    wrong
}

#[test]
fn the_rooms_of_the_client_keep_to_themselves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/client");
    for (room, _) in ROOMS {
        let mut files = Vec::new();
        sources(&root.join(room), &mut files);
        assert!(files.len() > 5, "only {} files in {room}", files.len());
        for file in files {
            if file.to_str().unwrap().contains("tests") {
                continue;
            }
            let wrong = wrong_in_room(room, &fs::read_to_string(&file).unwrap());
            assert!(wrong.is_empty(), "{}: {wrong:?}", file.display());
        }
    }
}

#[test]
fn only_the_monitor_waits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/client");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let waiting: Vec<_> = files
        .into_iter()
        .filter(|file| names(&fs::read_to_string(file).unwrap(), "Condvar"))
        .collect();
    assert_eq!(waiting, [root.join("runtime/monitor.rs")]);
}

#[test]
fn what_a_room_must_not_name_is_found() {
    for (room, text) in [
        ("rules", "use crate::client::model::Model;"),
        ("model", "use crate::client::runtime::monitor::Hold;"),
        (
            "model",
            "use crate::client::{rules::gate, session::Session};",
        ),
        ("runtime", "use crate::client::connection::Connection;"),
        ("model", "use crate::sync::Mutex;"),
        ("model", "let now = Instant::now();"),
        ("rules", "let age = at.elapsed();"),
        ("model", "use crate::transport::Stream;"),
        ("rules", "use std::net::TcpStream;"),
        ("model", "use super::super::send::Desk;"),
    ] {
        assert!(!wrong_in_room(room, text).is_empty(), "{room}: {text}");
    }
    for (room, text) in [
        (
            "rules",
            "use super::url::Group;\nuse crate::amqp::engine::Outcome;",
        ),
        (
            "model",
            "use crate::client::rules::gate;\nuse std::time::Instant;",
        ),
        (
            "model",
            "fn f() {}\n#[cfg(test)]\nmod tests {\n let now = Instant::now();\n}",
        ),
        ("runtime", "use crate::client::model::{Model, Wait};"),
    ] {
        let wrong = wrong_in_room(room, text);
        assert!(wrong.is_empty(), "{room}: {wrong:?}");
    }
}

#[test]
fn amqp_and_messages_call_no_openssl() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for layer in WITHOUT_OPENSSL {
        let mut files = Vec::new();
        sources(&root.join(layer), &mut files);
        assert!(!files.is_empty(), "no files in {layer}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!names(&text, "openssl"), "{} names it", file.display());
        }
    }
}

#[test]
fn a_crate_is_found_in_every_form() {
    for text in [
        "use openssl::hash::hash;",
        "use {bytes::Bytes, openssl as tls};",
        "    let same = ::openssl::memcmp::eq(a, b);",
        "extern crate openssl;",
    ] {
        assert!(names(text, "openssl"), "{text}");
    }
    for text in [
        "// openssl::rand",
        "/// as openssl does",
        "my_openssl::x();",
    ] {
        assert!(!names(text, "openssl"), "{text}");
    }
}

#[test]
fn the_engine_has_no_unsafe_code() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/amqp/mod.rs"));
    assert!(text.unwrap().contains("#![forbid(unsafe_code)]"));
}

#[test]
fn paths_are_found_in_every_form() {
    let text = "use crate::status::Error;\nuse crate::{amqp::{codec, frame}, client::url, trace};\n\
                // crate::ffi::entry\nlet x = crate::message::Message::new();\nmycrate::thing();";
    assert_eq!(
        crate_paths(text),
        [
            "status::Error",
            "amqp",
            "client::url",
            "trace",
            "message::Message::new"
        ]
    );
    assert!(allowed("message", "amqp::codec::Encoder"));
    assert!(!allowed("message", "amqp"));
    assert!(!allowed("message", "client::url"));
    assert!(!allowed("client", "ffi::handle"));
    assert!(!allowed("status", "trace"));
    assert!(allowed("transport", "trace"));
    assert!(allowed("message", "status::Error"));
    assert!(allowed("amqp", "amqp::codec"));
    for common in COMMON {
        assert_eq!(allowed("amqp", common), *common == "sync", "{common}");
    }
    assert!(!allowed("amqp", "status::Status"));
}
