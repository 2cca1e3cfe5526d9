//! Third-party QTI items with responses and expected outcomes. The files stay outside the repository; without them the
//! test says so and passes.

use question_bank::qti;
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

#[test]
fn pie_qti_samples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/qti/pie-qti");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no samples in {}", folder.display());
        return;
    };
    let (mut failures, mut cases_run) = (Vec::new(), 0);
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let item = fs::read_to_string(path.join("item.xml")).expect("the item can be read");
        let cases = fs::read_to_string(path.join("cases.json")).expect("the cases can be read");
        let cases: Value = serde_json::from_str(&cases).expect("the cases are JSON");
        let seed = cases["seed"].as_u64().and_then(|seed| u32::try_from(seed).ok());
        for case in cases["cases"].as_array().expect("cases are a list") {
            cases_run += 1;
            if let Err(reason) = run(&item, case, seed.unwrap_or(1)) {
                failures.push(format!(
                    "{}: {}: {reason}",
                    path.file_name().unwrap_or_default().display(),
                    case["name"]
                ));
            }
        }
    }
    assert_eq!(failures, Vec::<String>::new(), "of {cases_run}");
    assert!(cases_run > 100, "{cases_run}");
}

/// One case; what the samples mark as to be refused must be refused.
fn run(item: &str, case: &Value, seed: u32) -> Result<(), String> {
    let responses: Map<String, Value> = case["responses"].as_object().cloned().unwrap_or_default();
    let scored = qti::score(item, &responses, seed);
    if case["xfail"] == true {
        return match scored {
            Err(qti::Error::Unsupported(_)) => Ok(()),
            other => Err(format!("not refused: {other:?}")),
        };
    }
    let scored = scored.map_err(|error| error.to_string())?;
    let expect = &case["expect"];
    for (name, wanted) in expect["outcomes"].as_object().into_iter().flatten() {
        let got = scored.outcomes.get(name).cloned().unwrap_or_default();
        if !same(&got, wanted) {
            return Err(format!("{name} is {got}, not {wanted}"));
        }
    }
    if let Some(wanted) = expect["score"].as_f64()
        && (scored.score - wanted).abs() > 1e-9
    {
        return Err(format!("the score is {}, not {wanted}", scored.score));
    }
    for text in expect["itemBodyContains"].as_array().into_iter().flatten() {
        if !scored.body.contains(text.as_str().unwrap_or_default()) {
            return Err(format!("the body lacks {text}: {}", scored.body));
        }
    }
    Ok(())
}

fn same(got: &Value, wanted: &Value) -> bool {
    match (got.as_f64(), wanted.as_f64()) {
        (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-9,
        _ => got == wanted,
    }
}
