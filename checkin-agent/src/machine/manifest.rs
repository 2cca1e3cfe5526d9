//! The manifest: what was written on this PC, noted before it was written. Taking back follows it from the end to the
//! beginning, and touches nothing that somebody has changed since.

use super::install::{hosts, nss};
use super::{MachineError, platform};
use certs::hash::sha256;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Name of the file in a machine's folder.
const NAME: &str = "installed.json";

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Entry {
    /// Wrote a new file.
    File {
        /// Where.
        path: PathBuf,
        /// SHA-256 of what was written, hexadecimal; none for secrets, which are taken back whatever they hold.
        sha256: Option<String>,
    },
    /// Made a folder; taken back when it is empty.
    Folder {
        /// Where.
        path: PathBuf,
    },
    /// Added a line to the hosts file.
    Hosts {
        /// The file.
        path: PathBuf,
        /// The line, without its end.
        line: String,
    },
    /// Made an NSS database; taken back when nothing else is in it.
    NssDatabase {
        /// Its folder.
        database: PathBuf,
    },
    /// Put a certificate, and perhaps its key, into an NSS database.
    Nss {
        /// Folder of the database.
        database: PathBuf,
        /// What it is called there.
        nickname: String,
        /// Whether a private key came with it.
        key: bool,
    },
    /// Put a certificate into a store of Windows.
    Windows {
        /// `Root` or `My`.
        store: String,
        /// SHA-1 of the certificate, hexadecimal: how Windows names it.
        thumbprint: String,
    },
    /// Had the system gather its trusted certificates anew; done again after taking back.
    Gathered,
}

/// The list, as it stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Manifest {
    /// The manifest in a machine's folder; an empty one if there is none.
    ///
    /// # Errors
    /// [`MachineError::File`].
    pub fn open(dir: &Path) -> Result<Self, MachineError> {
        let path = dir.join(NAME);
        let entries = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| MachineError::file(&path, error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(MachineError::file(&path, error)),
        };
        Ok(Self { path, entries })
    }

    /// What was done, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Notes down what is about to be done.
    ///
    /// # Errors
    /// [`MachineError::File`]: nothing may be done then.
    pub fn note(&mut self, entry: Entry) -> Result<(), MachineError> {
        if !self.entries.contains(&entry) {
            self.entries.push(entry);
            self.save()?;
        }
        Ok(())
    }

    /// Writes a new file that everybody may read.
    ///
    /// # Errors
    /// [`MachineError::File`], also when it is there already.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), MachineError> {
        if path.exists() {
            return Err(MachineError::file(path, "đã có sẵn / is there already"));
        }
        self.note(Entry::File {
            path: path.to_owned(),
            sha256: Some(hex::encode(sha256(bytes))),
        })?;
        platform::write_new(path, bytes, false).map_err(|error| MachineError::file(path, error))
    }

    /// Writes a new file that its owner alone may read.
    ///
    /// # Errors
    /// [`MachineError::File`], also when it is there already.
    pub fn write_secret(&mut self, path: &Path, bytes: &[u8]) -> Result<(), MachineError> {
        if path.exists() {
            return Err(MachineError::file(path, "đã có sẵn / is there already"));
        }
        self.note(Entry::File {
            path: path.to_owned(),
            sha256: None,
        })?;
        platform::write_new(path, bytes, true).map_err(|error| MachineError::file(path, error))
    }

    /// Makes a folder with those above it that are missing.
    ///
    /// # Errors
    /// [`MachineError::File`].
    pub fn make_folder(&mut self, path: &Path) -> Result<(), MachineError> {
        let mut missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
        missing.retain(|folder| !folder.as_os_str().is_empty());
        for folder in missing.into_iter().rev() {
            let path = folder.to_owned();
            self.note(Entry::Folder { path })?;
            std::fs::create_dir(folder).map_err(|error| MachineError::file(folder, error))?;
        }
        Ok(())
    }

    /// Takes back everything, from the last to the first; what can't be taken back stays in the manifest. Tells what it does
    /// line by line.
    ///
    /// # Errors
    /// [`MachineError::Left`] when something stays.
    pub fn take_back(mut self, tell: &mut dyn FnMut(String)) -> Result<(), MachineError> {
        let gathered = self.entries.contains(&Entry::Gathered);
        let mut left = Vec::new();
        for entry in std::mem::take(&mut self.entries).into_iter().rev() {
            match undo(&entry) {
                Ok(done) => tell(done),
                Err(error) => {
                    tell(format!("✗ {error}"));
                    left.push(entry);
                }
            }
        }
        left.reverse();
        if gathered {
            tell(platform::gather_certificates());
        }
        if left.is_empty() {
            return match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(MachineError::file(&self.path, error))
                }
                _ => {
                    if let Some(folder) = self.path.parent() {
                        // Not empty is fine: somebody keeps other things there.
                        let _kept = std::fs::remove_dir(folder);
                    }
                    Ok(())
                }
            };
        }
        let count = left.len();
        self.entries = left;
        self.save()?;
        Err(MachineError::Left(count))
    }

    fn save(&self) -> Result<(), MachineError> {
        let bytes = serde_json::to_vec_pretty(&self.entries)
            .map_err(|error| MachineError::file(&self.path, error))?;
        let beside = self.path.with_extension("json.new");
        std::fs::write(&beside, bytes)
            .and_then(|()| std::fs::rename(&beside, &self.path))
            .map_err(|error| MachineError::file(&self.path, error))
    }
}

/// Takes one thing back and says so.
fn undo(entry: &Entry) -> Result<String, MachineError> {
    match entry {
        Entry::File { path, sha256 } => undo_file(path, sha256.as_deref()),
        Entry::Folder { path } => match std::fs::remove_dir(path) {
            Ok(()) => Ok(format!("✓ xóa thư mục / removed folder {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(gone(path)),
            // Somebody keeps other things there.
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(format!(
                "· giữ thư mục còn tệp khác / kept folder with other files {}",
                path.display()
            )),
            Err(error) => Err(MachineError::file(path, error)),
        },
        Entry::Hosts { path, line } => hosts::remove(path, line),
        Entry::NssDatabase { database } => nss::remove_database(database),
        Entry::Nss {
            database,
            nickname,
            key,
        } => nss::remove(database, nickname, *key),
        Entry::Windows { store, thumbprint } => platform::remove_from_store(store, thumbprint),
        Entry::Gathered => Ok(
            "· danh sách CA hệ thống sẽ được lập lại / the system's CA list will be gathered anew".to_owned(),
        ),
    }
}

fn undo_file(path: &Path, expected: Option<&str>) -> Result<String, MachineError> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(gone(path)),
        bytes => bytes.map_err(|error| MachineError::file(path, error))?,
    };
    if expected.is_some_and(|expected| hex::encode(sha256(&bytes)) != expected) {
        return Ok(format!(
            "· giữ {0}: có người đã sửa / kept {0}: somebody has changed it",
            path.display()
        ));
    }
    std::fs::remove_file(path).map_err(|error| MachineError::file(path, error))?;
    Ok(format!("✓ xóa / removed {}", path.display()))
}

fn gone(path: &Path) -> String {
    format!("· không còn / gone already {}", path.display())
}
