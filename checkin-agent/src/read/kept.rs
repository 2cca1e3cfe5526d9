//! What a reading has got so far. It outlives a session and even a stay of the card in the reader, so that a card that was
//! lifted too early goes on where it stopped.
//!
//! Holds personal data: wiped when dropped. Of DG13 it has the hash, and the content only where `Wanted` asks for it.

use crate::emrtd::Relayed;
use crate::emrtd::chip_authentication::ChipProof;
use crate::emrtd::file::{Contents, File, Partial};
use exam_protocol::bytes::Bytes;
use std::collections::BTreeMap;

/// Files and outcomes of one reading.
#[derive(Default)]
pub struct Kept {
    files: BTreeMap<u8, (File, Contents)>,
    pub(super) partial: Option<(File, Partial)>,
    pub(super) dg13_hash: Option<Bytes>,
    pub(super) card_access: Option<Vec<u8>>,
    pub(super) chip_proof: Option<ChipProof>,
    pub(super) relayed: Option<Relayed>,
}

impl Kept {
    /// What asking for a file gave, if it was asked for.
    pub fn contents(&self, file: File) -> Option<&Contents> {
        self.files.get(&file.short_id).map(|(_, contents)| contents)
    }

    /// The bytes of a file that was read.
    pub fn bytes(&self, file: File) -> Option<&[u8]> {
        match self.contents(file) {
            Some(Contents::Read(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Everything that was asked for, in the order of short identifiers.
    pub fn files(&self) -> impl Iterator<Item = (File, &Contents)> {
        self.files.values().map(|(file, contents)| (*file, contents))
    }

    /// EF.CardAccess, if the chip gave it.
    pub fn card_access(&self) -> Option<&[u8]> {
        self.card_access.as_deref()
    }

    /// What chip authentication came to, if it was done.
    pub const fn chip_proof(&self) -> Option<ChipProof> {
        self.chip_proof
    }

    /// What the chip answered to the server's chip authentication, if the server wanted it.
    pub const fn relayed(&self) -> Option<&Relayed> {
        self.relayed.as_ref()
    }

    pub(super) fn keep(&mut self, file: File, contents: Contents) {
        self.files.insert(file.short_id, (file, contents));
    }
}
