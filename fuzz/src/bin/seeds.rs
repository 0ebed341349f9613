//! Writes the first inputs of the fuzz targets to `fuzz/seeds`. What fuzzing found is kept beside them.

#[path = "../samples.rs"]
mod samples;

use std::fs;
use std::path::Path;
use tibemsufo::message::MESSAGE_LIMIT;

fn main() -> std::io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    fs::create_dir_all(seeds.join("archive"))?;
    fs::create_dir_all(seeds.join("message"))?;
    for (name, message) in samples::messages() {
        let archive = message
            .to_archive(MESSAGE_LIMIT)
            .expect("a sample can be stored");
        fs::write(seeds.join("archive").join(name), archive)?;
        fs::write(
            seeds.join("message").join(name),
            samples::sections(&message),
        )?;
    }
    for (name, sections) in samples::foreign() {
        fs::write(seeds.join("message").join(name), sections)?;
    }
    fs::create_dir_all(seeds.join("selector"))?;
    for (name, text) in samples::selectors() {
        fs::write(seeds.join("selector").join(name), text)?;
    }
    Ok(())
}
