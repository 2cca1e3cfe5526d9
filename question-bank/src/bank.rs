//! The question bank: items with permanent identifiers, versions, states, metadata and exposure, in one signed file.
//! Pure: time, randomness and keys are arguments. Must never lose a version or change one that exists.

pub mod check;
pub mod difference;
pub mod file;
pub mod record;
pub mod state;

use crate::item::{Item, Picture};
use crate::rich::RichText;
use record::{BankItem, ItemId, Metadata, Version};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use state::{Act, Event, State};
use std::collections::{BTreeMap, HashMap};

/// A bank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bank {
    /// What the bank is called.
    pub name: String,
    /// The items by identifier.
    pub items: BTreeMap<ItemId, BankItem>,
    /// Texts that several items share, by identifier.
    pub clusters: BTreeMap<ItemId, Cluster>,
    /// Groups of which a candidate answers some (Tin học, part II).
    pub choice_groups: Vec<ChoiceGroup>,
}

/// A shared text (*ngữ liệu chung*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The text.
    pub stimulus: RichText,
    /// Its pictures.
    pub media: Vec<Picture>,
}

/// A group of items of which a candidate answers some; only what was chosen is marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceGroup {
    /// What it is called ("Khoa học máy tính").
    pub name: String,
    /// Its items.
    pub items: Vec<ItemId>,
    /// How many a candidate answers.
    pub answered: u32,
}

/// An item to be taken into a bank.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// The question.
    pub item: Item,
    /// Its solution.
    pub solution: RichText,
    /// What is known about it.
    pub metadata: Metadata,
    /// The shared text it belongs to.
    pub cluster: Option<ItemId>,
}

/// What became of an item that was to be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    Added(ItemId),
    /// The same question is there already.
    Known(ItemId),
}

/// The generator gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("không lấy được số ngẫu nhiên (the random generator gave nothing)")]
pub struct NoRandomness;

/// Taking items into a bank by one author at one time.
#[derive(Debug)]
pub struct Intake<'b> {
    bank: &'b mut Bank,
    /// Items by the text of their current stem, to find those that are there already.
    by_stem: HashMap<String, Vec<ItemId>>,
    next_number: u32,
    author: String,
    now_ms: i64,
}

impl<'b> Intake<'b> {
    /// Looks through the bank once.
    pub fn new(bank: &'b mut Bank, author: &str, now_ms: i64) -> Self {
        let mut by_stem: HashMap<String, Vec<ItemId>> = HashMap::new();
        for (id, item) in &bank.items {
            if let Some(version) = item.current() {
                let stem = version.item.stem.as_str().to_owned();
                by_stem.entry(stem).or_default().push(id.clone());
            }
        }
        let last = bank.items.values().map(|item| item.number).max();
        Self {
            next_number: last.unwrap_or(0) + 1,
            bank,
            by_stem,
            author: author.to_owned(),
            now_ms,
        }
    }

    /// Takes an item in as a draft, unless the same question with the same key is there.
    ///
    /// # Errors
    /// The generator gives nothing.
    pub fn take(&mut self, new: NewItem, rng: &dyn SecureRandom) -> Result<Taken, NoRandomness> {
        let alike = self.by_stem.entry(new.item.stem.as_str().to_owned()).or_default();
        let same = |id: &&ItemId| self.bank.items.get(*id).is_some_and(|known| is_same(known, &new));
        if let Some(id) = alike.iter().find(same) {
            return Ok(Taken::Known(id.clone()));
        }
        let id = ItemId::random(rng)?;
        alike.push(id.clone());
        let item = BankItem::new(self.next_number, new, &self.author, self.now_ms);
        self.next_number += 1;
        self.bank.items.insert(id.clone(), item);
        Ok(Taken::Added(id))
    }
}

/// The same question with the same key, pictures and shared text.
fn is_same(known: &BankItem, new: &NewItem) -> bool {
    known.cluster == new.cluster
        && known
            .current()
            .is_some_and(|version| version.item.kind == new.item.kind && version.item.media == new.item.media)
}

impl BankItem {
    /// A draft in its first version.
    fn new(number: u32, new: NewItem, author: &str, now_ms: i64) -> Self {
        let version = Version {
            number: 1,
            author: author.to_owned(),
            made_ms: now_ms,
            item: new.item,
            solution: new.solution,
        };
        Self {
            number,
            state: State::Draft,
            versions: vec![version],
            metadata: new.metadata,
            history: vec![Event {
                act: Act::Write,
                person: author.to_owned(),
                at_ms: now_ms,
                version: 1,
                comment: String::new(),
            }],
            exposures: Vec::new(),
            enemies: Vec::new(),
            cluster: new.cluster,
            statistics: None,
        }
    }
}

impl Bank {
    /// All items as a paper takes them, in the order in which they came.
    pub fn in_order(&self) -> Vec<Item> {
        let mut ids: Vec<(u32, &ItemId)> = self.items.iter().map(|(id, item)| (item.number, id)).collect();
        ids.sort();
        ids.into_iter().filter_map(|(_, id)| self.whole(id)).collect()
    }

    /// Takes a shared text in, or finds it.
    ///
    /// # Errors
    /// The generator gives nothing.
    pub fn take_cluster(&mut self, cluster: Cluster, rng: &dyn SecureRandom) -> Result<ItemId, NoRandomness> {
        if let Some((id, _)) = self.clusters.iter().find(|(_, known)| **known == cluster) {
            return Ok(id.clone());
        }
        let id = ItemId::random(rng)?;
        self.clusters.insert(id.clone(), cluster);
        Ok(id)
    }

    /// An item as a paper takes it: the shared text in front.
    pub fn whole(&self, id: &ItemId) -> Option<Item> {
        let record = self.items.get(id)?;
        let item = record.current()?.item.clone();
        let cluster = record.cluster.as_ref().and_then(|id| self.clusters.get(id));
        Some(match cluster {
            Some(cluster) => crate::import::with_stimulus(item, &cluster.stimulus, &cluster.media),
            None => item,
        })
    }
}

#[cfg(test)]
mod tests;
