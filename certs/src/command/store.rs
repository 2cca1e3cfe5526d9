//! The trust store: a folder of plain files, `SHA-256.cer` for a certificate and `SHA-256.crl` for a revocation list, both
//! as they were handed in. What a file says is checked each time it is read; the folder itself must be kept safe.

use super::read;
use anyhow::{Context, Result, bail};
use certs::Time;
use certs::hash::sha256;
use certs::travel_document::{Addition, TrustAnchors};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const CERTIFICATE: &str = "cer";
const REVOCATION_LIST: &str = "crl";

/// Adds what a path of the command line stands for: a trust store, or a file of certificates, a revocation list or a
/// master list.
pub(crate) fn add_path(anchors: &mut TrustAnchors, path: &Path, at: Time) -> Result<()> {
    if path.is_dir() {
        return load_into(anchors, path);
    }
    add_file(anchors, path, at).map(|_| ())
}

/// Adds a file, with advice when it can't be.
pub(crate) fn add_file(anchors: &mut TrustAnchors, path: &Path, at: Time) -> Result<Addition> {
    anchors.add_file(&read(path)?, at).with_context(|| {
        format!(
            "{} can't be used as a trust anchor (a master list or revocation list needs the root certificate of its own \
             signer first)",
            path.display()
        )
    })
}

/// What a store holds.
pub(crate) fn load(dir: &Path) -> Result<TrustAnchors> {
    let mut anchors = TrustAnchors::empty();
    if dir.exists() {
        load_into(&mut anchors, dir)?;
    }
    Ok(anchors)
}

fn load_into(anchors: &mut TrustAnchors, dir: &Path) -> Result<()> {
    for path in files(dir, CERTIFICATE)? {
        let added = anchors.add_pem_or_der(&checked(&path)?);
        added.with_context(|| {
            format!(
                "{0}: không dùng được làm chứng thư tin cậy / {0} can't be used as a trust anchor",
                path.display()
            )
        })?;
    }
    for path in files(dir, REVOCATION_LIST)? {
        let added = anchors.add_revocation_list(&checked(&path)?);
        added.with_context(|| {
            format!(
                "{0}: không dùng được làm danh sách thu hồi / {0} can't be used as a revocation list",
                path.display()
            )
        })?;
    }
    Ok(())
}

/// A file whose name still is its content's hash.
fn checked(path: &Path) -> Result<Vec<u8>> {
    let bytes = read(path)?;
    let name = path.file_stem().and_then(|name| name.to_str());
    if name != Some(&hex::encode(sha256(&bytes))) {
        bail!(
            "{0} đã bị sửa sau khi thêm: gỡ rồi thêm lại / {0} was changed after it was added: remove it and add it again",
            path.display()
        );
    }
    Ok(bytes)
}

/// The store's files of a kind, in the order of their names.
fn files(dir: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir).with_context(|| {
        format!(
            "không đọc được thư mục {0} / can't read the folder {0}",
            dir.display()
        )
    })?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| {
                format!(
                    "không đọc được thư mục {0} / can't read the folder {0}",
                    dir.display()
                )
            })?
            .path();
        if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a certificate into the store. Gives whether it is new there.
pub(crate) fn save_certificate(dir: &Path, der: &[u8]) -> Result<bool> {
    save(dir, der, CERTIFICATE)
}

/// Writes a revocation list into the store. Gives whether it is new there.
pub(crate) fn save_revocation_list(dir: &Path, list: &[u8]) -> Result<bool> {
    save(dir, list, REVOCATION_LIST)
}

fn save(dir: &Path, bytes: &[u8], ending: &str) -> Result<bool> {
    std::fs::create_dir_all(dir).with_context(|| {
        format!(
            "không tạo được thư mục {0} / can't make the folder {0}",
            dir.display()
        )
    })?;
    let path = dir.join(format!("{}.{ending}", hex::encode(sha256(bytes))));
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        opened => opened.with_context(|| format!("không ghi được {0} / can't write {0}", path.display()))?,
    };
    file.write_all(bytes)
        .with_context(|| format!("không ghi được {0} / can't write {0}", path.display()))?;
    Ok(true)
}

/// The one file of the store whose name begins so.
pub(crate) fn find(dir: &Path, beginning: &str) -> Result<PathBuf> {
    let beginning = beginning.to_ascii_lowercase();
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(&beginning))
    };
    let all = [files(dir, CERTIFICATE)?, files(dir, REVOCATION_LIST)?].concat();
    let found: Vec<_> = all.into_iter().filter(named).collect();
    match &found[..] {
        [one] if beginning.len() >= 8 => Ok(one.clone()),
        [] => bail!(
            "không có tệp nào bắt đầu bằng {beginning}: xem `certs trust list` / no file of the store begins with {beginning}: see `certs trust list`"
        ),
        _ => bail!(
            "{beginning} chưa đủ để biết là tệp nào: ghi thêm dấu vân tay / {beginning} is not enough to say which file is meant: give more of the fingerprint"
        ),
    }
}
