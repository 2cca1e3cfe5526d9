//! The corpus of fuzz targets as an ordinary test: every input that a target was started from or once found, and 100 changes
//! of each. Must not know a target of ours.

use anyhow::{Context, Result, ensure};
use std::path::Path;

/// What is fed: it may refuse, and must not panic.
pub type Target = fn(&[u8]);

/// Feeds each target with the inputs in the folder of its name, with changes of them, and with nothing at all.
///
/// # Errors
/// When a target has no inputs, or they can't be read.
pub fn replay(corpus: &Path, targets: &[(&str, Target)]) -> Result<()> {
    for (name, target) in targets {
        let mut inputs = 0;
        for entry in std::fs::read_dir(corpus.join(name)).with_context(|| (*name).to_owned())? {
            let input = std::fs::read(entry?.path())?;
            target(&input);
            changed(&input).for_each(|changed| target(&changed));
            inputs += 1;
        }
        ensure!(inputs > 0, "{name} has no corpus");
        target(&[]);
    }
    Ok(())
}

/// Bytes changed, lengths blown up, tails cut off, at places spread over the input.
fn changed(input: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..100.min(input.len())).map(move |round| {
        let at = round * input.len() / 100;
        let mut bytes = input.to_vec();
        match round % 4 {
            0 => bytes[at] ^= 0x01,
            1 => bytes[at] = 0x84,
            2 => bytes[at] = 0x80,
            _ => bytes.truncate(at),
        }
        bytes
    })
}
