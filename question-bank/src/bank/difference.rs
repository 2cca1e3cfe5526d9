//! What differs between two banks, item by item. Must never call two versions the same that a candidate would see
//! differently.

use super::Bank;
use super::record::{BankItem, ItemId};
use serde::Serialize;

/// An item that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The item.
    pub id: ItemId,
    /// Its title.
    pub name: String,
    /// What differs.
    pub what: Vec<What>,
}

/// A kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Only the second bank has it.
    Added,
    /// Only the first bank has it.
    Removed,
    /// What is asked, or its pictures or shared text.
    Question,
    /// Options, statements, or the key.
    Key,
    /// The solution.
    Solution,
    /// Metadata.
    Metadata,
    /// The state.
    State,
    /// Exposure, enemies, statistics, history.
    Record,
}

/// All differences, by identifier.
pub fn difference(before: &Bank, after: &Bank) -> Vec<Change> {
    let mut changes = Vec::new();
    let all = before.items.keys().chain(after.items.keys());
    let all: std::collections::BTreeSet<&ItemId> = all.collect();
    for id in all {
        let (what, shown) = match (before.items.get(id), after.items.get(id)) {
            (Some(old), Some(new)) => (between(old, new), new),
            (None, Some(new)) => (vec![What::Added], new),
            (Some(old), None) => (vec![What::Removed], old),
            (None, None) => continue,
        };
        if !what.is_empty() {
            changes.push(Change {
                id: id.clone(),
                name: shown.current().map_or_else(String::new, |v| v.item.name.clone()),
                what,
            });
        }
    }
    changes
}

fn between(old: &BankItem, new: &BankItem) -> Vec<What> {
    let (Some(a), Some(b)) = (old.current(), new.current()) else {
        return if old == new {
            Vec::new()
        } else {
            vec![What::Record]
        };
    };
    let question = a.item.stem != b.item.stem || a.item.media != b.item.media || old.cluster != new.cluster;
    let record = old.exposures != new.exposures
        || old.enemies != new.enemies
        || old.statistics != new.statistics
        || old.history != new.history;
    [
        (What::Question, question),
        (What::Key, a.item.kind != b.item.kind),
        (What::Solution, a.solution != b.solution),
        (
            What::Metadata,
            old.metadata != new.metadata || a.item.category != b.item.category,
        ),
        (What::State, old.state != new.state),
        (What::Record, record),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect()
}
