//! The lines of tests/recorded/frames (what they are stands at the head of record.py).

use std::path::Path;

use crate::text::unhex;

/// One line that holds bytes, with the place that messages of failed comparisons name.
pub struct Line {
    pub place: String,
    pub kind: String,
    pub columns: Vec<String>,
}

impl Line {
    pub fn bytes(&self) -> Vec<u8> {
        unhex(&self.columns[0])
    }
}

/// A recording: its name and its lines, comments left out.
pub struct Recording {
    pub name: String,
    pub lines: Vec<Line>,
}

/// All recordings, in the order of their names.
pub fn recordings() -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/frames");
    let entries = std::fs::read_dir(folder).expect("the recordings are there");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(file).expect("readable");
            let lines = text.lines().enumerate();
            let lines = lines.filter(|(_, line)| !line.starts_with('#'));
            let lines = lines.map(|(number, line)| {
                let mut columns = line.split('\t').map(str::to_owned);
                Line {
                    place: format!("{name}:{}", number + 1),
                    kind: columns.next().expect("a kind"),
                    columns: columns.collect(),
                }
            });
            let lines = lines.collect();
            Recording { name, lines }
        })
        .collect()
}

/// The top-level words of a performative's text without the fields of these names.
pub fn without(named: &str, fields: &[&str]) -> String {
    let mut words: Vec<String> = vec![String::new()];
    let (mut depth, mut quote) = (0, None);
    for character in named.chars() {
        match (quote, character) {
            (Some(open), _) => quote = (character != open).then_some(open),
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ' ') if depth == 0 => {
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        words.last_mut().expect("one at least").push(character);
    }
    words.retain(|word| {
        !fields
            .iter()
            .any(|field| word.starts_with(&format!("{field}=")))
    });
    words.join(" ")
}
