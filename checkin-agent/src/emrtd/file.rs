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

/// Is told how many bytes of how many are read; breaks to stop.
pub type Watch<'w> = dyn FnMut(usize, usize) -> ControlFlow<()> + 'w;

/// Offsets that READ BINARY with an even instruction can say.
const LARGEST_SHORT_OFFSET: usize = 0x7FFF;

/// Tag and length of DO'53' around a block: the chip counts them into Ne.
const ODD_OVERHEAD: u32 = 3;

impl Channel<'_> {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Anything but an absent or a refused file.
    pub fn read_file(&mut self, file: File, watch: &mut Watch<'_>) -> Result<Contents, ChipError> {
        let first = match self.open_file(file)? {
            Contents::Read(first) => first,
            other => return Ok(other),
        };
        let header = tlv::header(&first).filter(|header| header.tag == file.tag);
        let header = header.ok_or(ChipError::Malformed { step: file.name })?;
        let size = header.size.saturating_add(header.length);
        if size > file.limit {
            return Err(ChipError::TooLarge {
                file: file.name,
                size,
            });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(&first[..first.len().min(size)]);
        while bytes.len() < size {
            if watch(bytes.len(), size).is_break() {
                return Err(ChipError::Stopped);
            }
            let part = self.read_binary(file, bytes.len(), size - bytes.len())?;
            bytes.extend_from_slice(&part);
        }
        Ok(Contents::Read(bytes))
    }

    /// Reads the first block by short identifier, which also makes the file the current one; chips without short identifiers
    /// get a SELECT.
    fn open_file(&mut self, file: File) -> Result<Contents, ChipError> {
        let block = self.block();
        let command = Command::new([0x00, 0xB0, 0x80 | file.short_id, 0x00]);
        let response = self.read_once(&command, block)?;
        match response.0 {
            Status::Success | Status::EndOfFile if !response.1.is_empty() => {
                return Ok(Contents::Read(response.1));
            }
            Status::SecurityStatus => return Ok(Contents::Refused),
            _ => {}
        }
        let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).with_data([0x01, file.short_id]);
        match self.exchange(&select)?.status {
            Status::Success => self.read_binary(file, 0, block as usize).map(Contents::Read),
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
        if offset <= LARGEST_SHORT_OFFSET {
            return self.read_once(&Command::new([0x00, 0xB0, high, low]), wanted);
        }
        // READ BINARY with the odd instruction: offset in DO'54', data in DO'53' (ISO/IEC 7816-4, section 11.3.3).
        let command = Command::new([0x00, 0xB1, 0x00, 0x00]).with_data(tlv::write(0x54, &[high, low]));
        let (status, object) = self.read_once(&command, wanted.saturating_add(ODD_OVERHEAD))?;
        match tlv::take(&object) {
            Some((0x53, data, [])) => Ok((status, Zeroizing::new(data.to_vec()))),
            _ => Ok((status, Zeroizing::default())),
        }
    }

    /// One READ BINARY of at most a block; repeated when the chip names another length, or wants smaller blocks.
    fn read_once(
        &mut self,
        command: &Command,
        wanted: u32,
    ) -> Result<(Status, Zeroizing<Vec<u8>>), ChipError> {
        loop {
            let mut response = self.exchange(&command.clone().expecting(wanted.min(self.block())))?;
            if let Status::WrongExpectedLength(length @ 1..) = response.status {
                response = self.exchange(&command.clone().expecting(length.into()))?;
            }
            if response.status != Status::WrongLength || !self.use_smaller_blocks() {
                return Ok((response.status, Zeroizing::new(response.data)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
