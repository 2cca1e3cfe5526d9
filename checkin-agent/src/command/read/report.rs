//! What a reading leaves in the folder: one file per file of the card, the chip's answer, and `read.json`.
//!
//! The names are those that `certs verify-document` looks for. Must not read cards.

use crate::card::{ExtendedLength, Line};
use crate::emrtd::file::Contents;
use crate::read::Kept;
use anyhow::{Context, Result};
use exam_protocol::station::CardEvidence;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Milliseconds at which each phase began.
pub type Phases = Vec<(&'static str, u32)>;

/// A reading that has ended well.
pub struct Done<'d> {
    /// What a server would get.
    pub evidence: &'d CardEvidence,
    /// Every file that was asked for.
    pub kept: &'d Kept,
    /// What went over the line.
    pub line: &'d Line,
    /// What the chip was asked to sign.
    pub challenge: [u8; 8],
    /// When each phase began.
    pub phases: &'d Phases,
}

impl Done<'_> {
    /// Names and bytes of the files that the card gave.
    pub fn files(&self) -> Vec<(String, &[u8])> {
        let access = self
            .kept
            .card_access()
            .map(|bytes| ("EF_CardAccess.bin".to_owned(), bytes));
        let read = self.kept.files().filter_map(|(file, contents)| match contents {
            Contents::Read(bytes) => Some((format!("{}.bin", file.name.replace('.', "_")), bytes.as_slice())),
            Contents::Absent | Contents::Refused => None,
        });
        access.into_iter().chain(read).collect()
    }

    /// Names of the files that the card did not let us read.
    fn refused(&self) -> Vec<&'static str> {
        let files = self.kept.files();
        let refused = files.filter(|(_, contents)| matches!(contents, Contents::Refused));
        refused.map(|(file, _)| file.name).collect()
    }

    fn milliseconds(&self) -> Map<String, Value> {
        let ends = self
            .phases
            .iter()
            .skip(1)
            .map(|phase| phase.1)
            .chain([self.evidence.duration]);
        let phases = self.phases.iter().zip(ends);
        phases
            .map(|((name, start), end)| ((*name).to_owned(), end.saturating_sub(*start).into()))
            .collect()
    }

    /// `read.json`.
    pub fn json(&self) -> Value {
        let (sent, received) = self.line.bytes();
        let sizes: Map<_, _> = self
            .files()
            .into_iter()
            .map(|(name, bytes)| (name, bytes.len().into()))
            .collect();
        json!({
            "access": self.evidence.access,
            "extended_length": match self.line.lengths.extended() {
                ExtendedLength::Unknown => "not_needed",
                ExtendedLength::Works => "works",
                ExtendedLength::Refused => "refused",
            },
            "apdu_count": self.line.commands(),
            "bytes": { "sent": sent, "received": received },
            "milliseconds": self.evidence.duration,
            "milliseconds_by_phase": self.milliseconds(),
            "files": sizes,
            "refused": self.refused(),
            "dg13_hash": self.evidence.dg13_hash,
            "active_authentication": self.evidence.active_authentication.as_ref().map(|answer| json!({
                "challenge": hex::encode(self.challenge),
                "response": answer,
            })),
        })
    }

    /// Writes everything. What an earlier reading left under these names is removed first, so that two cards never mix.
    ///
    /// # Errors
    /// The folder or a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let describe = || format!("không ghi được vào {0} / cannot write to {0}", folder.display());
        std::fs::create_dir_all(folder).with_context(describe)?;
        clear(folder).with_context(describe)?;
        for (name, bytes) in self.files() {
            std::fs::write(folder.join(name), bytes).with_context(describe)?;
        }
        if let Some(answer) = &self.evidence.active_authentication {
            std::fs::write(folder.join("AA_challenge.bin"), self.challenge).with_context(describe)?;
            std::fs::write(folder.join("AA_response.bin"), &answer.0).with_context(describe)?;
        }
        std::fs::write(folder.join("read.json"), format!("{:#}\n", self.json())).with_context(describe)
    }
}

/// Removes `EF_*.bin`, `AA_*.bin` and `read.json`, and nothing else.
fn clear(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let of_a_card = (name.starts_with("EF_") || name.starts_with("AA_"))
            && Path::new(&name).extension().is_some_and(|ending| ending == "bin");
        if of_a_card || name == "read.json" {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
