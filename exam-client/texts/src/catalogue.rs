//! Two catalogues, compared key by key. Knows TOML; must not know what code is made of them.

use crate::Fault;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// One text in both languages.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) vietnamese: String,
    pub(crate) english: String,
    /// Names of the places to fill in, in alphabetical order.
    pub(crate) places: Vec<String>,
}

/// Texts and tables of texts by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) texts: BTreeMap<String, Text>,
    pub(crate) tables: BTreeMap<String, Texts>,
}

const VIETNAMESE: &str = "vi.toml";
const ENGLISH: &str = "en.toml";

/// Reads both catalogues and brings them together.
pub(crate) fn pair(vietnamese: &str, english: &str) -> Result<Texts, Vec<Fault>> {
    let mut faults = Vec::new();
    let left = flatten(VIETNAMESE, vietnamese, &mut faults);
    let right = flatten(ENGLISH, english, &mut faults);
    let mut result = Texts::default();
    let keys: BTreeSet<&Vec<String>> = left.keys().chain(right.keys()).collect();
    for key in keys
        .into_iter()
        .filter(|_| faults.is_empty())
        .cloned()
        .collect::<Vec<_>>()
    {
        match (left.get(&key), right.get(&key)) {
            (Some(vietnamese), Some(english)) => join(&mut result, &key, vietnamese, english, &mut faults),
            (Some(_), None) => faults.push(at(ENGLISH, &key, format!("missing; {VIETNAMESE} has it"))),
            _ => faults.push(at(VIETNAMESE, &key, format!("missing; {ENGLISH} has it"))),
        }
    }
    if faults.is_empty() {
        Ok(result)
    } else {
        Err(faults)
    }
}

fn at(file: &str, key: &[String], message: impl Into<String>) -> Fault {
    Fault {
        place: format!("{file}: {}", key.join(".")),
        message: message.into(),
    }
}

fn flatten(file: &str, text: &str, faults: &mut Vec<Fault>) -> BTreeMap<Vec<String>, String> {
    let mut found = BTreeMap::new();
    match text.parse::<Table>() {
        Ok(table) => walk(file, &[], &table, &mut found, faults),
        Err(error) => {
            let before = error.span().map_or(0, |span| span.start);
            let line = text.get(..before).unwrap_or_default().matches('\n').count() + 1;
            faults.push(Fault {
                place: format!("{file}: line {line}"),
                message: error.message().to_owned(),
            });
        }
    }
    found
}

fn walk(
    file: &str,
    above: &[String],
    table: &Table,
    found: &mut BTreeMap<Vec<String>, String>,
    faults: &mut Vec<Fault>,
) {
    for (name, value) in table {
        let key = [above, std::slice::from_ref(name)].concat();
        if !is_name(name) {
            faults.push(at(
                file,
                &key,
                "not a name in snake_case, or a word of the Rust language",
            ));
            continue;
        }
        match value {
            Value::Table(inner) => walk(file, &key, inner, found, faults),
            Value::String(text) if text.trim().is_empty() => faults.push(at(file, &key, "empty text")),
            Value::String(text) => drop(found.insert(key, text.clone())),
            _ => faults.push(at(file, &key, "not a text")),
        }
    }
}

/// Words that can't name a function (Rust Reference, "Keywords"), as far as they are in lower case.
const RESERVED: &str = " as async await abstract become box break const continue crate do dyn else enum extern false \
    final fn for gen if impl in language let loop macro match mod move mut override priv pub ref return self static \
    struct super trait true try type typeof unsafe unsized use virtual where while yield ";

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&format!(" {name} "))
}

fn join(result: &mut Texts, key: &[String], vietnamese: &str, english: &str, faults: &mut Vec<Fault>) {
    let (left, right) = match (places(vietnamese), places(english)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(message), _) => return faults.push(at(VIETNAMESE, key, message)),
        (_, Err(message)) => return faults.push(at(ENGLISH, key, message)),
    };
    if left != right {
        let message = format!("fills in {}, {VIETNAMESE} {}", braced(&right), braced(&left));
        return faults.push(at(ENGLISH, key, message));
    }
    let Some((name, tables)) = key.split_last() else {
        return;
    };
    let table = tables.iter().fold(result, |texts, table| {
        texts.tables.entry(table.clone()).or_default()
    });
    let text = Text {
        vietnamese: vietnamese.into(),
        english: english.into(),
        places: left.into_iter().collect(),
    };
    table.texts.insert(name.clone(), text);
}

fn braced(places: &BTreeSet<String>) -> String {
    places
        .iter()
        .map(|place| format!("{{{place}}}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The names between braces; doubled braces are text.
fn places(text: &str) -> Result<BTreeSet<String>, String> {
    let plain = text.replace("{{", "").replace("}}", "");
    let mut parts = plain.split('{');
    if parts.next().is_some_and(|first| first.contains('}')) {
        return Err("a closing brace without an opening one; write }} for a brace".to_owned());
    }
    parts
        .map(|part| match part.split_once('}') {
            Some((name, rest)) if is_name(name) && !rest.contains('}') => Ok(name.to_owned()),
            _ => Err("a brace that names no place; write {{ or }} for a brace".to_owned()),
        })
        .collect()
}
