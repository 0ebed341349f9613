//! Notes which statuses the functions of the library return to dialogues, as the recorder of the C tests does.
//!
//! `TIBEMS_TEST_STATUSES` names the record; `c-tests/check_header.py` makes it and compares it with the comments of the
//! header. Without it nothing is noted. The record has 256 bytes a function, in the order of `functions.tsv`, twice: the
//! second part is for calls of a forked child whose parent had used the library.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{LazyLock, Mutex};

const TABLE: &str = include_str!("../../c-tests/api/functions.tsv");

/// The record, and what this process has noted in it.
struct Record {
    file: File,
    /// Who called first; a child of that has another number
    process: u32,
    noted: Mutex<HashSet<(&'static str, i32)>>,
}

static RECORD: LazyLock<Option<Record>> = LazyLock::new(|| {
    let path = std::env::var_os("TIBEMS_TEST_STATUSES")?;
    let file = File::options().write(true).open(path).ok()?;
    let (process, noted) = (std::process::id(), Mutex::default());
    Some(Record {
        file,
        process,
        noted,
    })
});

/// Notes that a function has returned a status.
fn note(function: &'static str, status: i32) {
    let Some(record) = &*RECORD else { return };
    let Ok(byte) = u8::try_from(status) else {
        return;
    };
    if !record.noted.lock().unwrap().insert((function, status)) {
        return;
    }
    let names: Vec<_> = TABLE
        .lines()
        .skip(1)
        .map(|row| row.split('\t').nth(1))
        .collect();
    let place = names.iter().position(|name| *name == Some(function));
    let mut place = place.expect("a function of the table");
    if record.process != std::process::id() {
        place += names.len();
    }
    let offset = place as u64 * 256 + u64::from(byte);
    let written = record.file.write_at(&[1], offset);
    written.expect("the record can be written");
}

/// What functions of the library return; statuses are noted.
pub trait Returned {
    fn noted(self, function: &'static str) -> Self;
}

impl Returned for i32 {
    fn noted(self, function: &'static str) -> Self {
        note(function, self);
        self
    }
}

impl<T> Returned for *mut T {
    fn noted(self, _: &'static str) -> Self {
        self
    }
}

impl<T> Returned for *const T {
    fn noted(self, _: &'static str) -> Self {
        self
    }
}

/// Declares functions of the library and notes what each call returns.
macro_rules! library {
    ($(fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty;)*) => {
        mod exported {
            use super::*;
            unsafe extern "C" {
                $(pub fn $name($($argument: $type),*) -> $result;)*
            }
        }
        $(
            #[allow(non_snake_case)]
            unsafe fn $name($($argument: $type),*) -> $result {
                // SAFETY: the caller keeps what the function asks for.
                let result = unsafe { exported::$name($($argument),*) };
                $crate::peer::statuses::Returned::noted(result, stringify!($name))
            }
        )*
    };
}
pub(crate) use library;
