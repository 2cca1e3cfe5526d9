//! `qti-score`: an item and responses in, outcomes out as JSON.

use anyhow::{Context, bail};
use question_bank::qti;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// Prints `{"score": …, "outcomes": {…}}` for an object of responses, or for `{"responses": {…}, "seed": …}`; for a
/// file with `cases`, the same for each case with its name.
pub fn score(item: &Path, responses: &Path, seed: Option<u32>) -> anyhow::Result<()> {
    let item_text = fs::read_to_string(item).with_context(|| item.display().to_string())?;
    let text = fs::read_to_string(responses).with_context(|| responses.display().to_string())?;
    let given: Value = serde_json::from_str(&text).with_context(|| responses.display().to_string())?;
    let Value::Object(given) = given else {
        bail!("{}: phải là một đối tượng JSON", responses.display());
    };
    let seed = seed.unwrap_or_else(|| seed_of(&given));
    let printed = if let Some(Value::Array(cases)) = given.get("cases") {
        let scored = cases.iter().filter_map(Value::as_object).map(|case| {
            let mut result = result(&item_text, &answers(case), seed)?;
            result["name"] = case.get("name").cloned().unwrap_or_default();
            Ok(result)
        });
        json!({ "cases": scored.collect::<anyhow::Result<Vec<_>>>()? })
    } else {
        result(&item_text, &answers(&given), seed)?
    };
    println!("{}", serde_json::to_string_pretty(&printed)?);
    Ok(())
}

fn seed_of(given: &Map<String, Value>) -> u32 {
    given
        .get("seed")
        .and_then(Value::as_u64)
        .and_then(|seed| u32::try_from(seed).ok())
        .unwrap_or(1)
}

/// The responses themselves, or those within `responses`.
fn answers(given: &Map<String, Value>) -> Map<String, Value> {
    match given.get("responses") {
        Some(Value::Object(inner)) => inner.clone(),
        _ => given.clone(),
    }
}

fn result(item: &str, responses: &Map<String, Value>, seed: u32) -> anyhow::Result<Value> {
    let scored = qti::score(item, responses, seed)?;
    Ok(json!({ "score": qti::number(scored.score), "outcomes": scored.outcomes }))
}
