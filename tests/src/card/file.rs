//! The files of a chip and where they are found (ICAO Doc 9303 part 10, 3.11 and 4.2).
//!
//! Must not know what is inside a file.

use std::collections::BTreeMap;

/// EF.CardAccess, readable before access control.
pub const CARD_ACCESS: u16 = 0x011C;
/// EF.COM, the list of data groups.
pub const COM: u16 = 0x011E;
/// EF.SOD, the signed hashes.
pub const SOD: u16 = 0x011D;
/// Data group 3, fingerprints: named everywhere, readable only after terminal authentication.
pub const FINGERPRINTS: u16 = 0x0103;

/// File identifier of a data group, 1 to 16.
pub fn data_group_file(number: u8) -> u16 {
    0x0100 | u16::from(number)
}

/// File identifier for a short one, as READ BINARY carries it in P1.
pub fn from_short(identifier: u8) -> u16 {
    0x0100 | u16::from(identifier)
}

/// Everything a chip lets be read.
#[derive(Clone, Debug, Default)]
pub struct LogicalData {
    /// EF.CardAccess; a chip without PACE has none.
    pub card_access: Option<Vec<u8>>,
    /// Files of the travel document application by identifier.
    pub files: BTreeMap<u16, Vec<u8>>,
}
