//! A bank on disk with the key that signs it. A file is replaced as a whole or not at all.

use anyhow::{Context, bail};
use certs::signing::SigningKey;
use question_bank::bank::{Bank, file};
use ring::rand::SystemRandom;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Opens a bank; a changed file is refused.
pub fn open(path: &Path) -> anyhow::Result<file::Opened> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    file::read(&bytes).with_context(|| path.display().to_string())
}

/// The bank of a file, or a new one where there is none, with its key (`BANK.key` unless another is named).
pub fn open_or_new(path: &Path, key: Option<&Path>) -> anyhow::Result<(Bank, SigningKey)> {
    let key_path = key.map_or_else(|| key_beside(path), Path::to_path_buf);
    if !path.exists() {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let bank = Bank {
            name,
            ..Bank::default()
        };
        return Ok((bank, key_or_new(&key_path)?));
    }
    let key = read_key(&key_path)?;
    let opened = open(path)?;
    if opened.signed_by != key.public_key() {
        bail!(
            "{}: ngân hàng được kí bằng khóa khác với {}",
            path.display(),
            key_path.display()
        );
    }
    Ok((opened.bank, key))
}

/// Writes a bank in place of the file.
pub fn save(path: &Path, bank: &Bank, key: &SigningKey) -> anyhow::Result<()> {
    let text = file::write(bank, key, &SystemRandom::new())?;
    let partial = beside(path, ".part");
    fs::write(&partial, text).with_context(|| partial.display().to_string())?;
    fs::rename(&partial, path).with_context(|| path.display().to_string())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn key_beside(path: &Path) -> PathBuf {
    beside(path, ".key")
}

fn read_key(path: &Path) -> anyhow::Result<SigningKey> {
    let pem = fs::read_to_string(path)
        .with_context(|| format!("{}: cần khóa kí của ngân hàng (--key)", path.display()))?;
    SigningKey::from_pkcs8_pem(&pem).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

fn key_or_new(path: &Path) -> anyhow::Result<SigningKey> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let key = SigningKey::generate(&SystemRandom::new())
                .map_err(|error| anyhow::anyhow!("không tạo được khóa: {error}"))?;
            file.write_all(key.to_pkcs8_pem().as_bytes())
                .with_context(|| path.display().to_string())?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}
