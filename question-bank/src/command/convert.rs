//! `omml2mathml` and `mtef2mathml`: one formula file in, MathML on standard output, a line for each formula.

use anyhow::Context;
use question_bank::mathml::{Node, mtef, omml};
use std::fs;
use std::path::Path;

/// Prints the formulas of an XML file with OMML.
pub fn omml(path: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    for formula in omml::formulas(&text).with_context(|| path.display().to_string())? {
        print(&formula);
    }
    Ok(())
}

/// Prints the formula of a `MathType` object.
pub fn mtef(path: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    print(&mtef::convert(&bytes).with_context(|| path.display().to_string())?);
    Ok(())
}

/// With the namespace that a formula needs outside HTML.
fn print(formula: &Node) {
    let text = formula.to_string();
    println!(
        "{}",
        text.replacen("<math", "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"", 1)
    );
}
