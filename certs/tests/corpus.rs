//! The fuzz corpus as an ordinary test. `cargo xtask fuzz TARGET` looks for new inputs.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

#[test]
fn every_input_of_the_corpus_is_refused_or_read_without_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    exam_test_corpus::replay(&corpus, &targets::TARGETS).unwrap();
}
