//! The fuzz corpus as an ordinary test: every input that a fuzz target was started from or once found, and 100 changes of
//! each. `cargo fuzz run TARGET` in `question-bank/fuzz` looks for new ones.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

#[test]
fn every_input_of_the_corpus_is_refused_or_read_without_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let mut inputs = 0;
        for entry in std::fs::read_dir(corpus.join(name)).unwrap() {
            let input = std::fs::read(entry.unwrap().path()).unwrap();
            target(&input);
            changed(&input).for_each(|changed| target(&changed));
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no corpus");
        target(&[]);
    }
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
