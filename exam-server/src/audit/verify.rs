//! Checks a chain and names the first record that does not hold: lines of an export with nothing but the exam CA's
//! certificate, or the records of a database. Pure: no clock, no files, no database.

use super::chain::{FORMAT, GENESIS, Record};
use super::file::{HEAD_BEGINS, HeadLine, Header, read, read_record};
use super::head::{Head, NotBelieved, installation};
use exam_protocol::bytes::{Digest, Fixed};
use exam_protocol::time::Timestamp;
use ring::digest::{Context, SHA256};
use serde::Serialize;
use std::collections::BTreeSet;

/// The act that accounts for erased texts of reasons: its particulars list their records.
pub const ERASE: &str = "personal-data.erase";

/// The first thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// Line of the file, from 1; 0 in a database.
    pub line: u64,
    /// The record; none for the header and the head.
    pub sequence: Option<i64>,
    /// What is wrong, in Vietnamese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

impl Bad {
    fn new(
        line: u64,
        sequence: Option<i64>,
        message: impl Into<String>,
        message_en: impl Into<String>,
    ) -> Self {
        Self {
            line,
            sequence,
            message: message.into(),
            message_en: message_en.into(),
        }
    }
}

/// What a chain that holds says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confirmed {
    /// First record.
    pub from: i64,
    /// Last record.
    pub sequence: i64,
    /// Its hash.
    pub hash: Digest,
    /// When the head was signed; none for a database.
    pub signed_at: Option<Timestamp>,
    /// Reasons whose texts were erased.
    pub erased_reasons: u64,
}

/// The chain, record by record.
#[derive(Clone, Debug)]
pub struct Links {
    next: i64,
    hash: [u8; 32],
    erased: u64,
    /// Texts that are missing and that no later record accounts for.
    missing: BTreeSet<i64>,
}

impl Links {
    /// From the first record that is to come.
    pub fn from(next: i64, previous: [u8; 32]) -> Self {
        Self {
            next,
            hash: previous,
            erased: 0,
            missing: BTreeSet::new(),
        }
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// What is wrong with it, in Vietnamese and in English.
    pub fn take(&mut self, record: &Record) -> Result<(), (String, String)> {
        if record.sequence != self.next {
            let next = self.next;
            return Err((
                format!("ở đây phải là bản ghi {next}: thiếu, thừa hoặc sai thứ tự"),
                format!("record {next} should stand here: one is missing, too many, or out of order"),
            ));
        }
        if record.hash_after(&self.hash) != record.hash {
            return Err((
                "nội dung không khớp với mã băm của chuỗi".into(),
                "its content does not fit the chain's hash".into(),
            ));
        }
        self.reason(record)?;
        (self.next, self.hash) = (record.sequence + 1, record.hash);
        Ok(())
    }

    fn reason(&mut self, record: &Record) -> Result<(), (String, String)> {
        match (&record.reason_hash, &record.reason) {
            (None, Some(_)) => Err((
                "có lý do mà chuỗi không ghi nhận".into(),
                "there is a reason that the chain does not know".into(),
            )),
            (Some(hash), Some(reason)) if reason.hash() != *hash => Err((
                "lý do không khớp với mã băm".into(),
                "the reason does not fit its hash".into(),
            )),
            (Some(_), None) => {
                self.erased += 1;
                self.missing.insert(record.sequence);
                Ok(())
            }
            _ => {
                if record.act == ERASE {
                    for sequence in accounted_for(&record.became) {
                        self.missing.remove(&sequence);
                    }
                }
                Ok(())
            }
        }
    }

    /// The first record whose reason's text is missing without a record of its erasure.
    pub fn unaccounted(&self) -> Option<i64> {
        self.missing.first().copied()
    }
}

fn accounted_for(particulars: &str) -> Vec<i64> {
    #[derive(serde::Deserialize)]
    struct Particulars {
        #[serde(default)]
        reasons: Vec<i64>,
    }
    serde_json::from_str::<Particulars>(particulars).map_or_else(|_| Vec::new(), |found| found.reasons)
}

fn text_missing(line: u64, sequence: i64) -> Bad {
    Bad::new(
        line,
        Some(sequence),
        "mất nội dung lý do mà không có bản ghi xóa",
        "the text of its reason is missing, and no record accounts for that",
    )
}

/// Checks the records of a database, from the first one on.
#[derive(Clone, Debug)]
pub struct Database {
    links: Links,
    known: Option<Head>,
}

impl Database {
    /// With a head that was kept elsewhere, if there is one: without it nobody can tell that the newest records are gone.
    pub fn new(known: Option<Head>) -> Self {
        Self {
            links: Links::from(1, GENESIS),
            known,
        }
    }

    /// The last record that held.
    pub fn last(&self) -> i64 {
        self.links.next - 1
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// [`Bad`] names it.
    pub fn take(&mut self, record: &Record) -> Result<(), Bad> {
        self.links
            .take(record)
            .map_err(|(vi, en)| Bad::new(0, Some(record.sequence), vi, en))?;
        known(self.known.as_ref(), &self.links, 0)
    }

    /// A row that can't even be read.
    pub fn unreadable(&self, error: &impl std::fmt::Display) -> Bad {
        let last = self.last();
        Bad::new(
            0,
            None,
            format!("sau bản ghi {last} có dòng không đọc được: {error}"),
            format!("a row after record {last} can't be read: {error}"),
        )
    }

    /// After the last record.
    ///
    /// # Errors
    /// [`Bad`] when records are gone, or the text of a reason.
    pub fn finish(self) -> Result<Confirmed, Bad> {
        ends_before(self.known.as_ref(), &self.links, 0)?;
        if let Some(sequence) = self.links.unaccounted() {
            return Err(text_missing(0, sequence));
        }
        Ok(Confirmed {
            from: 1,
            sequence: self.links.next - 1,
            hash: Fixed(self.links.hash),
            signed_at: None,
            erased_reasons: self.links.erased,
        })
    }
}

/// The chain must go through a head that was kept elsewhere.
fn known(head: Option<&Head>, links: &Links, line: u64) -> Result<(), Bad> {
    match head {
        Some(head) if head.sequence == links.next - 1 && head.hash.0 != links.hash => Err(Bad::new(
            line,
            Some(head.sequence),
            "chuỗi đã bị viết lại: khác với phần ký được giữ riêng",
            "the chain was rewritten: it differs from the head that was kept",
        )),
        _ => Ok(()),
    }
}

fn ends_before(head: Option<&Head>, links: &Links, line: u64) -> Result<(), Bad> {
    match head {
        Some(head) if head.sequence >= links.next => Err(Bad::new(
            line,
            Some(links.next),
            format!("bị cắt: phần ký được giữ riêng có đến bản ghi {}", head.sequence),
            format!("cut off: the head that was kept reaches record {}", head.sequence),
        )),
        _ => Ok(()),
    }
}

/// Checks a file, line by line.
pub struct File<'a> {
    exam_ca: &'a [u8],
    known: Option<Head>,
    line: u64,
    body: Context,
    header: Option<Header>,
    links: Links,
    head: Option<Head>,
}

impl<'a> File<'a> {
    /// Trusts this exam CA (DER). With a head that was kept elsewhere, if there is one.
    pub fn new(exam_ca: &'a [u8], known: Option<Head>) -> Self {
        Self {
            exam_ca,
            known,
            line: 0,
            body: Context::new(&SHA256),
            header: None,
            links: Links::from(1, GENESIS),
            head: None,
        }
    }

    fn bad(&self, sequence: Option<i64>, message: impl Into<String>, message_en: impl Into<String>) -> Bad {
        Bad::new(self.line, sequence, message, message_en)
    }

    /// Takes the next line with its line feed.
    ///
    /// # Errors
    /// [`Bad`] names it.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Bad> {
        self.line += 1;
        if self.head.is_some() {
            return Err(self.bad(None, "có dòng thừa sau phần ký", "a line after the signed head"));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| self.bad(None, "không phải văn bản UTF-8", "not UTF-8 text"))?;
        if self.header.is_none() {
            self.header(text)?;
        } else if text.starts_with(HEAD_BEGINS) {
            return self.head(text);
        } else {
            self.record(text)?;
        }
        self.body.update(bytes);
        Ok(())
    }

    fn header(&mut self, text: &str) -> Result<(), Bad> {
        let header: Option<Header> = read(text).filter(|header: &Header| header.format == FORMAT);
        let header = header.ok_or_else(|| {
            self.bad(
                None,
                format!("dòng đầu không phải của tệp nhật ký “{FORMAT}”"),
                format!("the first line is not that of a “{FORMAT}” file"),
            )
        })?;
        if header.installation != installation(self.exam_ca) {
            return Err(self.bad(
                None,
                "tệp của máy chủ khác: không thuộc CA của kỳ thi này",
                "a file of another installation: not of this exam CA",
            ));
        }
        if header.from < 1 || (header.from == 1 && header.previous.0 != GENESIS) {
            return Err(self.bad(
                None,
                "điểm bắt đầu của chuỗi không đúng",
                "the chain's beginning is wrong",
            ));
        }
        self.links = Links::from(header.from, header.previous.0);
        self.header = Some(header);
        known(self.known.as_ref(), &self.links, self.line)
    }

    fn record(&mut self, text: &str) -> Result<(), Bad> {
        let next = self.links.next;
        let record = read_record(text)
            .ok_or_else(|| self.bad(Some(next), "dòng không đọc được", "the line can't be read"))?;
        let line = self.line;
        self.links
            .take(&record)
            .map_err(|(vi, en)| Bad::new(line, Some(record.sequence), vi, en))?;
        known(self.known.as_ref(), &self.links, self.line)
    }

    fn head(&mut self, text: &str) -> Result<(), Bad> {
        let line: HeadLine = read(text)
            .ok_or_else(|| self.bad(None, "phần ký không đọc được", "the signed head can't be read"))?;
        let head = Head::verify(&line.head.0, &line.certificates.0, self.exam_ca)
            .map_err(|NotBelieved(vi, en)| self.bad(None, vi, en))?;
        self.head = Some(head);
        Ok(())
    }

    /// After the last line.
    ///
    /// # Errors
    /// [`Bad`] when something is missing at the end, or the head does not fit.
    pub fn finish(mut self) -> Result<Confirmed, Bad> {
        let (Some(header), Some(head)) = (self.header.take(), self.head.take()) else {
            let next = self.links.next;
            self.line += 1;
            return Err(self.bad(
                Some(next),
                "tệp bị cắt: thiếu phần ký ở cuối",
                "the file is cut off: no signed head at its end",
            ));
        };
        let fits = head.format == header.format
            && head.installation == header.installation
            && (head.from, head.previous) == (header.from, header.previous)
            && (head.sequence, head.hash) == (self.links.next - 1, Fixed(self.links.hash))
            && header.to == head.sequence;
        if !fits {
            return Err(self.bad(
                Some(self.links.next),
                "các bản ghi không khớp với phần ký: thiếu hoặc thừa ở cuối hay đầu tệp",
                "the records do not fit the signed head: some are missing or too many at the end or the beginning",
            ));
        }
        let body = std::mem::replace(&mut self.body, Context::new(&SHA256)).finish();
        if body.as_ref() != head.body.as_slice() {
            return Err(self.links.unaccounted().map_or_else(
                || {
                    self.bad(
                        None,
                        "tệp đã bị sửa sau khi ký",
                        "the file was changed after it was signed",
                    )
                },
                |sequence| text_missing(self.line, sequence),
            ));
        }
        ends_before(self.known.as_ref(), &self.links, self.line)?;
        Ok(Confirmed {
            from: head.from,
            sequence: head.sequence,
            hash: head.hash,
            signed_at: Some(head.at),
            erased_reasons: self.links.erased,
        })
    }
}

#[cfg(test)]
mod tests;
