//! A ZIP file of roster photos, one entry at a time and under limits. Nothing is unpacked to disk, so that no name in it can
//! lead anywhere; must not judge what an image is.

use super::{Fault, MOST_BYTES};
use std::io::{Read, Seek};
use zip::ZipArchive;
use zip::result::{ZipError, ZipResult};

/// Most entries of an archive: more candidates than any sitting has.
pub const MOST_ENTRIES: usize = 60_000;

/// Most bytes of an archive's file.
pub const MOST_ARCHIVE_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// Why an archive is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// Larger than [`MOST_ARCHIVE_BYTES`], or more entries than [`MOST_ENTRIES`].
    #[error("tệp ZIP quá lớn hoặc có quá nhiều tệp / the ZIP file is too large or holds too many files")]
    TooLarge,
    /// No ZIP file, or a broken one.
    #[error("không phải tệp ZIP hoặc tệp bị hỏng / not a ZIP file, or a broken one")]
    NoArchive(#[source] ZipError),
    /// The disk.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

/// An open archive.
pub struct Archive<R> {
    zip: ZipArchive<R>,
}

/// An entry: the last part of its name, and its bytes or what is wrong with it.
pub type Entry = (String, Result<Vec<u8>, Fault>);

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// [`NotRead`].
    pub fn open(mut reader: R) -> Result<Self, NotRead> {
        if reader.seek(std::io::SeekFrom::End(0))? > MOST_ARCHIVE_BYTES {
            return Err(NotRead::TooLarge);
        }
        reader.rewind()?;
        let zip = ZipArchive::new(reader).map_err(NotRead::NoArchive)?;
        if zip.len() > MOST_ENTRIES {
            return Err(NotRead::TooLarge);
        }
        Ok(Self { zip })
    }

    /// How many entries there are, folders among them.
    pub fn len(&self) -> usize {
        self.zip.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.zip.is_empty()
    }

    /// One entry; none for folders and for what programs leave beside files (`.DS_Store`, `__MACOSX/`).
    pub fn entry(&mut self, index: usize) -> Option<Entry> {
        let shown = format!("#{}", index + 1);
        match self.read(index) {
            Ok(entry) => entry,
            Err(_) => Some((shown, Err(Fault::Unreadable))),
        }
    }

    fn read(&mut self, index: usize) -> ZipResult<Option<Entry>> {
        let file = self.zip.by_index(index)?;
        if file.is_dir() {
            return Ok(None);
        }
        let whole = file.name()?.into_owned();
        let name = whole.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if name.starts_with('.') || whole.starts_with("__MACOSX/") {
            return Ok(None);
        }
        if whole.starts_with(['/', '\\']) || file.enclosed_name().is_none() || !file.is_file() {
            return Ok(Some((name, Err(Fault::Outside))));
        }
        // What the archive says of the size is not believed: reading stops one byte after the limit.
        let mut bytes = Vec::new();
        if file.take(MOST_BYTES + 1).read_to_end(&mut bytes).is_err() {
            return Ok(Some((name, Err(Fault::Unreadable))));
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Ok(Some((name, Err(Fault::TooLarge))));
        }
        Ok(Some((name, Ok(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{Cursor, Write};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn entries(bytes: Vec<u8>) -> Vec<Option<Entry>> {
        let mut archive = Archive::open(Cursor::new(bytes)).unwrap();
        (0..archive.len()).map(|index| archive.entry(index)).collect()
    }

    #[test]
    fn gives_files_by_their_last_name_and_refuses_what_leads_out_or_is_a_bomb() {
        let bomb = vec![0; 8 * 1024 * 1024];
        let bytes = packed(&[
            ("a/001308000001.jpg", b"x"),
            ("../001308000002.jpg", b"x"),
            ("/etc/001308000003.jpg", b"x"),
            ("001308000004.jpg", &bomb),
            ("__MACOSX/a/001308000001.jpg", b"x"),
            ("a/.DS_Store", b"x"),
        ]);
        assert!(bytes.len() < 1024 * 1024, "packed it is small");
        let found = entries(bytes);
        assert_eq!(found[0], Some(("001308000001.jpg".into(), Ok(b"x".to_vec()))));
        assert_eq!(found[1], Some(("001308000002.jpg".into(), Err(Fault::Outside))));
        assert_eq!(found[2], Some(("001308000003.jpg".into(), Err(Fault::Outside))));
        assert_eq!(found[3], Some(("001308000004.jpg".into(), Err(Fault::TooLarge))));
        assert_eq!(&found[4..], [None, None]);
    }

    #[test]
    fn a_damaged_entry_is_named_and_the_others_are_read() {
        let photo = vec![7; 1000];
        let mut bytes = packed(&[("1.jpg", &photo), ("2.jpg", b"x")]);
        let at = bytes.windows(5).position(|part| part == b"1.jpg").unwrap() + 5;
        bytes[at] ^= 0xff;
        let found = entries(bytes);
        assert!(
            matches!(&found[0], Some((_, Err(Fault::Unreadable)))),
            "{found:?}"
        );
        assert_eq!(found[1], Some(("2.jpg".into(), Ok(b"x".to_vec()))));
        assert!(Archive::open(Cursor::new(b"JFIF".to_vec())).is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_it_answers(at in 0usize..400, to: u8, cut in 0usize..400) {
            let mut bytes = packed(&[("1.jpg", &[7; 100]), ("a/2.jpg", b"xy")]);
            let at = at % bytes.len();
            bytes[at] = to;
            bytes.truncate(bytes.len() - cut % 20);
            if let Ok(mut archive) = Archive::open(Cursor::new(bytes)) {
                for index in 0..archive.len().min(100) {
                    let _any = archive.entry(index);
                }
            }
        }
    }
}
