//! The parts of a Word file: a ZIP archive, opened within bounds. Must never write anything anywhere, follow a link out
//! of the file, or open one that carries macros.

use crate::fault::Message;
use crate::xml;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// Largest Word file.
pub(super) const MAX_BYTES: usize = 128 << 20;
/// Most parts: a paper with 500 formulas has some 1,500.
const MAX_PARTS: usize = 20_000;
/// Largest single part, unpacked.
const MAX_PART: u64 = 64 << 20;
/// All parts together, unpacked.
const MAX_UNPACKED: u64 = 256 << 20;

/// An opened Word file.
pub(super) struct Package {
    parts: BTreeMap<String, Vec<u8>>,
    /// Relations of the main document: identifier to part.
    relations: BTreeMap<String, String>,
}

fn refused(vi: &str, en: &str) -> Message {
    Message::new(vi, en)
}

impl Package {
    /// Opens a file and looks for what no question needs.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Message> {
        if bytes.len() > MAX_BYTES {
            return Err(refused(
                "tệp Word lớn hơn 128 MB; hãy chia tệp ra",
                "the Word file is larger than 128 MB; split it",
            ));
        }
        let parts = unpack(bytes)?;
        let mut package = Self {
            parts,
            relations: BTreeMap::new(),
        };
        package.refuse_macros()?;
        package.relations = package.read_relations()?;
        Ok(package)
    }

    /// A part's bytes.
    pub(super) fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts.get(name).map(Vec::as_slice)
    }

    /// A part as text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.part(name)?).ok()
    }

    /// The part that the main document calls by an identifier.
    pub(super) fn related(&self, identifier: &str) -> Option<(&str, &[u8])> {
        let name = self.relations.get(identifier)?;
        Some((name, self.part(name)?))
    }

    fn refuse_macros(&self) -> Result<(), Message> {
        let types = self.text("[Content_Types].xml").unwrap_or_default();
        let has_code = self.parts.keys().any(|name| {
            let name = name.to_ascii_lowercase();
            name.ends_with("vbaproject.bin") || name.contains("/activex/")
        });
        if has_code || types.contains("macroEnabled") {
            return Err(refused(
                "tệp có macro hoặc ActiveX; hãy lưu lại thành .docx không có macro",
                "the file carries macros or ActiveX; save it as .docx without macros",
            ));
        }
        Ok(())
    }

    fn read_relations(&self) -> Result<BTreeMap<String, String>, Message> {
        let Some(text) = self.text("word/_rels/document.xml.rels") else {
            return Ok(BTreeMap::new());
        };
        let document = xml::parse(text).map_err(|error| {
            Message::new(
                format!("quan hệ của tệp Word hỏng: {error}"),
                format!("broken relations of the Word file: {error}"),
            )
        })?;
        let mut relations = BTreeMap::new();
        for node in xml::elements(document.root_element()) {
            let target = node.attribute("Target").unwrap_or_default();
            let kind = node.attribute("Type").unwrap_or_default();
            if node.attribute("TargetMode") == Some("External") {
                // A link that a reader may click is text here; anything that Word would load is not.
                if kind.ends_with("/hyperlink") {
                    continue;
                }
                return Err(Message::new(
                    format!("tệp nạp nội dung từ bên ngoài («{target}»); hãy nhúng vào tệp"),
                    format!("the file loads “{target}” from outside; embed it"),
                ));
            }
            let name = target
                .strip_prefix('/')
                .map_or_else(|| format!("word/{target}"), str::to_owned);
            if let Some(identifier) = node.attribute("Id") {
                relations.insert(identifier.to_owned(), name);
            }
        }
        Ok(relations)
    }
}

fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Message> {
    let broken = || refused("tệp Word (ZIP) bị hỏng", "the Word file (ZIP) is broken");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > MAX_PARTS {
        return Err(refused(
            "tệp Word có quá nhiều phần",
            "the Word file has too many parts",
        ));
    }
    let (mut parts, mut total) = (BTreeMap::new(), 0u64);
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|_| broken())?;
        let name = file.name().map_err(|_| broken())?.replace('\\', "/");
        if name.split('/').any(|step| step == "..") || name.starts_with('/') {
            return Err(refused(
                "tệp ZIP có đường dẫn ra ngoài",
                "the ZIP file has a path that leads out of it",
            ));
        }
        let mut data = Vec::new();
        // Whatever length the archive claims: what is unpacked is counted.
        file.take(MAX_PART + 1)
            .read_to_end(&mut data)
            .map_err(|_| broken())?;
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        total = total.saturating_add(length);
        if length > MAX_PART || total > MAX_UNPACKED {
            return Err(refused(
                "tệp Word giải nén ra quá lớn",
                "the Word file unpacks to too much",
            ));
        }
        parts.insert(name, data);
    }
    Ok(parts)
}
