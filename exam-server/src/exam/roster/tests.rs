//! Whole files in, candidates or findings out.

use super::*;

fn number(n: usize) -> String {
    format!("0222080{n:05}")
}

fn read_text(text: &str) -> Result<Roster, Vec<Finding>> {
    read(text.as_bytes())
}
