//! Files of the travel-document application, ICAO 9303-10 section 3 and 9303-11 section 9.8: READ BINARY through a channel.
//!
//! Bytes are kept as read. A size limit is checked before anything is allocated; judging the content is not done here.

use super::{Channel, ChipError};
use crate::apdu::{Command, Status, tlv};
use core::ops::ControlFlow;
use zeroize::Zeroizing;

/// A file: its name for messages, its identifiers, its outer tag, and how large it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Name for messages.
    pub name: &'static str,
    /// Short file identifier; the file identifier is `01` followed by it.
    pub short_id: u8,
    /// Tag of the outer object.
    pub tag: u16,
    /// Largest accepted size, in bytes.
    pub limit: usize,
}

impl File {
    /// List of the data groups; signed by nobody.
    pub const COM: Self = Self {
        name: "EF.COM",
        short_id: 0x1E,
        tag: 0x60,
        limit: 1024,
    };
    /// Document security object.
    pub const SOD: Self = Self {
        name: "EF.SOD",
        short_id: 0x1D,
        tag: 0x77,
        limit: 16 * 1024,
    };
    /// Machine-readable zone.
    pub const DG1: Self = Self {
        name: "EF.DG1",
        short_id: 0x01,
        tag: 0x61,
        limit: 256,
    };
    /// Portrait.
    pub const DG2: Self = Self {
        name: "EF.DG2",
        short_id: 0x02,
        tag: 0x75,
        limit: 64 * 1024,
    };
    /// Fingerprints, which no chip gives without terminal authentication.
    pub const DG3: Self = Self {
        name: "EF.DG3",
        short_id: 0x03,
        tag: 0x63,
        limit: 64 * 1024,
    };
    /// Usual mark.
    pub const DG7: Self = Self {
        name: "EF.DG7",
        short_id: 0x07,
        tag: 0x67,
        limit: 64 * 1024,
    };
    /// Additional personal details.
    pub const DG11: Self = Self {
        name: "EF.DG11",
        short_id: 0x0B,
        tag: 0x6B,
        limit: 16 * 1024,
    };
    /// Additional details of the document.
    pub const DG12: Self = Self {
        name: "EF.DG12",
        short_id: 0x0C,
        tag: 0x6C,
        limit: 16 * 1024,
    };
    /// The Vietnamese citizen's data.
    pub const DG13: Self = Self {
        name: "EF.DG13",
        short_id: 0x0D,
        tag: 0x6D,
        limit: 8 * 1024,
    };
    /// Security infos, chip authentication key.
    pub const DG14: Self = Self {
        name: "EF.DG14",
        short_id: 0x0E,
        tag: 0x6E,
        limit: 8 * 1024,
    };
    /// Active authentication key.
    pub const DG15: Self = Self {
        name: "EF.DG15",
        short_id: 0x0F,
        tag: 0x6F,
        limit: 4 * 1024,
    };
    /// Persons to notify.
    pub const DG16: Self = Self {
        name: "EF.DG16",
        short_id: 0x10,
        tag: 0x70,
        limit: 16 * 1024,
    };

    /// The data groups that this agent knows, by number.
    const DATA_GROUPS: [(u8, Self); 10] = [
        (1, Self::DG1),
        (2, Self::DG2),
        (3, Self::DG3),
        (7, Self::DG7),
        (11, Self::DG11),
        (12, Self::DG12),
        (13, Self::DG13),
        (14, Self::DG14),
        (15, Self::DG15),
        (16, Self::DG16),
    ];

    /// The data group with this number.
    pub fn data_group(number: u8) -> Option<Self> {
        let found = Self::DATA_GROUPS.iter().find(|(known, _)| *known == number);
        found.map(|(_, file)| *file)
    }

    /// The data group with this tag, as EF.COM lists it (ICAO 9303-10, section 4.6.1).
    pub fn tagged(tag: u8) -> Option<Self> {
        let found = Self::DATA_GROUPS
            .iter()
            .find(|(_, file)| file.tag == u16::from(tag));
        found.map(|(_, file)| *file)
    }
}

/// What asking for a file gave.
pub enum Contents {
    /// Its bytes; wiped when dropped.
    Read(Zeroizing<Vec<u8>>),
    /// The chip has no such file.
    Absent,
    /// The chip does not let us read it (as DG3 without terminal authentication).
    Refused,
}

/// What was read of a file before its session broke; goes on in the next. Wiped when dropped.
#[derive(Default)]
pub struct Partial {
    bytes: Zeroizing<Vec<u8>>,
    size: usize,
}

impl Partial {
    /// Checks what the first block says of the file before anything is allocated by it.
    fn begin(&mut self, file: File, first: &[u8]) -> Result<(), ChipError> {
        let header = tlv::header(first).filter(|header| header.tag == file.tag);
        let header = header.ok_or(ChipError::Malformed { step: file.name })?;
        let size = header.size.saturating_add(header.length);
        if size > file.limit {
            return Err(ChipError::TooLarge {
                file: file.name,
                size,
            });
        }
        self.size = size;
        self.bytes = Zeroizing::new(Vec::with_capacity(size));
        self.bytes.extend_from_slice(&first[..first.len().min(size)]);
        Ok(())
    }
}

/// Is told how many bytes of how many are read; breaks to stop.
pub type Watch<'w> = dyn FnMut(usize, usize) -> ControlFlow<()> + 'w;

/// Offsets that READ BINARY with an even instruction can say.
const LARGEST_SHORT_OFFSET: usize = 0x7FFF;

/// Tag and length of DO'53' around a block: the chip counts them into Ne.
const ODD_OVERHEAD: u32 = 3;

/// The same around a block of 256 bytes or more.
const LONG_ODD_OVERHEAD: u32 = 4;

impl Channel<'_> {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Anything but an absent or a refused file.
    pub fn read_file(&mut self, file: File, watch: &mut Watch<'_>) -> Result<Contents, ChipError> {
        self.go_on_reading(file, &mut Partial::default(), watch)
    }

    /// Reads a whole file, beginning where a session before this one ended; after an error `partial` has what was read.
    ///
    /// # Errors
    /// Anything but an absent or a refused file.
    pub fn go_on_reading(
        &mut self,
        file: File,
        partial: &mut Partial,
        watch: &mut Watch<'_>,
    ) -> Result<Contents, ChipError> {
        let opened = if partial.bytes.is_empty() {
            self.open_file(file)?
        } else {
            self.select_file(file)?
        };
        match opened {
            Contents::Read(first) if partial.bytes.is_empty() => partial.begin(file, &first)?,
            Contents::Read(_) => {}
            other => return Ok(other),
        }
        while partial.bytes.len() < partial.size {
            if watch(partial.bytes.len(), partial.size).is_break() {
                return Err(ChipError::Stopped);
            }
            let part = self.read_binary(file, partial.bytes.len(), partial.size - partial.bytes.len())?;
            partial.bytes.extend_from_slice(&part);
        }
        Ok(Contents::Read(core::mem::take(&mut partial.bytes)))
    }

    /// Reads the first block by short identifier, which also makes the file the current one; chips without short identifiers
    /// get a SELECT.
    fn open_file(&mut self, file: File) -> Result<Contents, ChipError> {
        let command = Command::new([0x00, 0xB0, 0x80 | file.short_id, 0x00]);
        let response = self.read_once(&command, u32::MAX, |first| {
            tlv::header(first).is_some_and(|header| first.len() >= header.size + header.length)
        })?;
        match response.0 {
            Status::Success | Status::EndOfFile if !response.1.is_empty() => {
                return Ok(Contents::Read(response.1));
            }
            Status::SecurityStatus => return Ok(Contents::Refused),
            _ => {}
        }
        match self.select_file(file)? {
            Contents::Read(_) => {
                let (short, wanted) = (self.short_block(), file.limit);
                let first = self.lengths().block(short) as usize;
                self.read_binary(file, 0, first.min(wanted)).map(Contents::Read)
            }
            other => Ok(other),
        }
    }

    /// Makes a file the current one; what is "read" of it is nothing yet.
    fn select_file(&mut self, file: File) -> Result<Contents, ChipError> {
        let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, file.short_id]);
        match self.exchange(&select)?.status {
            Status::Success => Ok(Contents::Read(Zeroizing::default())),
            Status::NotFound => Ok(Contents::Absent),
            Status::SecurityStatus => Ok(Contents::Refused),
            status => Err(ChipError::Refused {
                step: file.name,
                status,
            }),
        }
    }

    /// Reads at most `wanted` bytes of the current file at an offset; at least one.
    fn read_binary(
        &mut self,
        file: File,
        offset: usize,
        wanted: usize,
    ) -> Result<Zeroizing<Vec<u8>>, ChipError> {
        let (status, data) = self.read_at(offset, u32::try_from(wanted).unwrap_or(u32::MAX))?;
        match status {
            Status::Success | Status::EndOfFile if data.is_empty() || data.len() > wanted => {
                Err(ChipError::Malformed { step: file.name })
            }
            Status::Success | Status::EndOfFile => Ok(data),
            status => Err(ChipError::Refused {
                step: file.name,
                status,
            }),
        }
    }

    fn read_at(&mut self, offset: usize, wanted: u32) -> Result<(Status, Zeroizing<Vec<u8>>), ChipError> {
        let [.., high, low] = offset.to_be_bytes();
        let whole = |data: &[u8]| data.len() as u64 >= u64::from(wanted);
        if offset <= LARGEST_SHORT_OFFSET {
            return self.read_once(&Command::new([0x00, 0xB0, high, low]), wanted, whole);
        }
        // READ BINARY with the odd instruction: offset in DO'54', data in DO'53' (ISO/IEC 7816-4, section 11.3.3).
        let command = Command::new([0x00, 0xB1, 0x00, 0x00]).with_data(tlv::write(0x54, &[high, low]));
        let overhead = if wanted < 256 {
            ODD_OVERHEAD
        } else {
            LONG_ODD_OVERHEAD
        };
        let (status, object) = self.read_once(&command, wanted.saturating_add(overhead), whole)?;
        match tlv::take(&object) {
            Some((0x53, data, [])) => Ok((status, Zeroizing::new(data.to_vec()))),
            _ => Ok((status, Zeroizing::default())),
        }
    }

    /// One READ BINARY of at most a block; repeated when the chip names another length, or wants smaller blocks. `whole` says
    /// whether an answer is all that there was to get.
    fn read_once(
        &mut self,
        command: &Command,
        wanted: u32,
        whole: impl Fn(&[u8]) -> bool,
    ) -> Result<(Status, Zeroizing<Vec<u8>>), ChipError> {
        loop {
            let short = self.short_block();
            let asked = wanted.min(self.lengths().block(short));
            let mut response = match self.exchange(&command.clone().expecting(asked)) {
                Err(error) if asked > short && error.may_be_the_length() => {
                    self.lengths().refuse(asked, short);
                    if self.survived(error) {
                        continue;
                    }
                    return Err(error);
                }
                answer => answer?,
            };
            if let Status::WrongExpectedLength(length @ 1..) = response.status {
                response = self.exchange(&command.clone().expecting(length.into()))?;
            }
            let refused = response.status == Status::WrongLength;
            if refused && self.lengths().refuse(asked, short) {
                continue;
            }
            if matches!(response.status, Status::Success | Status::EndOfFile) {
                let got = u32::try_from(response.data.len()).unwrap_or(u32::MAX);
                let all = response.status == Status::EndOfFile || whole(&response.data);
                self.lengths().answered(asked, got, all, short);
            }
            return Ok((response.status, Zeroizing::new(response.data)));
        }
    }
}

#[cfg(test)]
mod tests;
