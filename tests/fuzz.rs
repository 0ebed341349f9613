//! The fuzz targets of `fuzz/` without a fuzzer: every seed, then mutations of them from a fixed start, so that a failure
//! comes back. TIBEMS_FUZZ_SECONDS=60 goes on for that long instead of a fixed number (and prints how far it came);
//! TIBEMS_FUZZ_SEED takes another start.

#[path = "support/counting.rs"]
mod counting;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::path::Path;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// Inputs of a normal run, for each target.
const MUTATIONS: u32 = 4000;
/// Bytes held at once for an input: a nested message costs less than a kilobyte and several copies live at the same time.
/// An array may have 1,024 of them in no bytes at all (spec 40 §1.2), a list one in each byte.
const HELD: isize = 5_000_000;
const HELD_PER_BYTE: isize = 4_000;

/// Xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the seeds are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).expect("readable"))
        .collect()
}

/// Changes the input at one to four places, sometimes with a piece of another one.
fn mutate(input: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    /// Lengths, counts and type codes that matter.
    const BYTES: [u8; 20] = [
        0, 1, 2, 0x40, 0x45, 0x50, 0x53, 0x56, 0x7F, 0x80, 0x83, 0x98, 0xA0, 0xB0, 0xC0, 0xC1,
        0xD0, 0xD1, 0xE0, 0xF0,
    ];
    const WORDS: [u32; 5] = [0, 1, 0x7FFF_FFFF, 0x8000_0000, u32::MAX];
    for _ in 0..=random.below(4) {
        let at = random.below(input.len());
        match random.below(8) {
            0 if !input.is_empty() => input[at] ^= 1 << random.below(8),
            1 if !input.is_empty() => input[at] = random.of(&BYTES),
            2 if !input.is_empty() => input[at] = random.next() as u8,
            3 if input.len() >= at + 4 => {
                input[at..at + 4].copy_from_slice(&random.of(&WORDS).to_be_bytes());
            }
            4 => input.insert(at, random.of(&BYTES)),
            5 if !input.is_empty() => {
                let end = (at + 1 + random.below(8)).min(input.len());
                input.drain(at..end);
            }
            6 if !input.is_empty() => {
                let end = (at + 1 + random.below(32)).min(input.len());
                let piece = input[at..end].to_vec();
                let to = random.below(input.len());
                input.splice(to..to, piece);
            }
            _ => {
                let other = &others[random.below(others.len())];
                let from = random.below(other.len());
                let end = (from + 1 + random.below(64)).min(other.len());
                input.splice(at..at, other[from..end].iter().copied());
            }
        }
    }
}

fn run(name: &str, target: fn(&[u8])) {
    let held = |input: &[u8]| {
        let before = counting::mark();
        target(input);
        let most = counting::peak() - before;
        let limit = HELD + HELD_PER_BYTE * input.len() as isize;
        assert!(
            most <= limit,
            "{most} bytes held for an input of {}",
            input.len()
        );
    };
    let seeds = seeds(name);
    assert!(!seeds.is_empty());
    for (at, seed) in seeds.iter().enumerate() {
        if let Err(failure) = std::panic::catch_unwind(|| held(seed)) {
            eprintln!("{name}, seed {at}: {}", hex(seed));
            std::panic::resume_unwind(failure);
        }
    }

    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let until =
        setting("TIBEMS_FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut random = Random(setting("TIBEMS_FUZZ_SEED").unwrap_or(0x9E37_79B9_7F4A_7C15));
    let mut count = 0;
    while until.map_or(count < MUTATIONS, |until| Instant::now() < until) {
        let mut input = seeds[random.below(seeds.len())].clone();
        mutate(&mut input, &seeds, &mut random);
        if let Err(failure) = std::panic::catch_unwind(|| held(&input)) {
            eprintln!("{name}, input {count}: {}", hex(&input));
            std::panic::resume_unwind(failure);
        }
        count += 1;
    }
    if until.is_some() {
        println!("{name}: {count} inputs");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn stored_messages() {
    run("archive", fuzz::archive);
}

#[test]
fn deliveries() {
    run("message", fuzz::message);
}

#[test]
fn selectors() {
    run("selector", fuzz::selector);
}
