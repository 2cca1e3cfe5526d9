//! The figures that docs/reliability.md states are those of its ledger.

use anyhow::{Context, Result, ensure};
use exam_tests::faults::Ledger;
use std::path::Path;

#[test]
fn the_table_of_reliability_is_what_the_ledger_adds_up_to() -> Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let stated = std::fs::read_to_string(docs.join("reliability.md"))?;
    let after = stated
        .split_once("<!-- ledger -->\n")
        .context("<!-- ledger -->")?
        .1;
    let (stated, _) = after.split_once("<!-- /ledger -->").context("<!-- /ledger -->")?;
    let table = Ledger::at(docs.join("reliability.jsonl")).table()?;
    ensure!(stated == table, "docs/reliability.md must say:\n{table}");
    Ok(())
}
