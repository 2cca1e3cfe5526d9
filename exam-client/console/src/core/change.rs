//! What a record of the audit changed: before and after, member by member. Must not know what the members mean.

use serde_json::Value;
use std::collections::BTreeSet;

/// One member of the particulars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name; empty where the particulars are no object.
    pub name: String,
    /// Before.
    pub was: String,
    /// Since.
    pub became: String,
}

impl Line {
    /// Whether it is another one since.
    pub fn is_changed(&self) -> bool {
        self.was != self.became
    }
}

/// Before and after side by side; texts that are no JSON stand as they are.
pub fn lines(was: &str, became: &str) -> Vec<Line> {
    let (was, became) = (members(was), members(became));
    let names: BTreeSet<&String> = was.iter().chain(&became).map(|(name, _)| name).collect();
    let value = |list: &[(String, String)], wanted: &String| {
        list.iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    names
        .into_iter()
        .map(|name| Line {
            name: name.clone(),
            was: value(&was, name),
            became: value(&became, name),
        })
        .collect()
}

fn members(text: &str) -> Vec<(String, String)> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => object
            .into_iter()
            .map(|(name, value)| (name, plain(value)))
            .collect(),
        Ok(other) => vec![(String::new(), plain(other))],
        Err(_) if text.is_empty() => Vec::new(),
        Err(_) => vec![(String::new(), text.to_owned())],
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_after_stand_side_by_side() {
        let lines = lines(r#"{"state":"open","n":1}"#, r#"{"state":"running","minutes":5}"#);
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.name.as_str(), line.was.as_str(), line.became.as_str()))
            .collect();
        assert_eq!(
            told,
            [("minutes", "", "5"), ("n", "1", ""), ("state", "open", "running")]
        );
        assert!(lines.iter().all(Line::is_changed));
    }

    #[test]
    fn other_texts_stand_as_they_are() {
        assert_eq!(lines("", "").len(), 0);
        assert_eq!(
            lines("", "plain").first().map(|line| line.became.clone()),
            Some("plain".to_owned())
        );
        assert!(!lines("[1]", "[1]")[0].is_changed());
    }
}
