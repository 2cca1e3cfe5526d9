//! Status words the chip answers with (ISO/IEC 7816-4, table 6).
//!
//! Must hold nothing but numbers.

/// Two bytes at the end of each response.
pub type Status = u16;

/// Done.
pub const OK: Status = 0x9000;
/// Fewer bytes than asked: the end of the file came first.
pub const END_OF_FILE: Status = 0x6282;
/// Authentication failed: wrong CAN, wrong MRZ.
pub const AUTHENTICATION_FAILED: Status = 0x6300;
/// More bytes than the response can carry were asked for.
pub const WRONG_LENGTH: Status = 0x6700;
/// Access needs secure messaging, or terminal authentication.
pub const SECURITY_NOT_SATISFIED: Status = 0x6982;
/// No challenge was asked for before, or no step of the protocol is open.
pub const CONDITIONS_NOT_SATISFIED: Status = 0x6985;
/// A secure messaging object is missing.
pub const SM_OBJECT_MISSING: Status = 0x6987;
/// A secure messaging object is wrong.
pub const SM_OBJECT_WRONG: Status = 0x6988;
/// The data field is wrong.
pub const WRONG_DATA: Status = 0x6A80;
/// No such file or application.
pub const FILE_NOT_FOUND: Status = 0x6A82;
/// P1 or P2 is wrong.
pub const WRONG_PARAMETERS: Status = 0x6A86;
/// The password or key that was named does not exist.
pub const REFERENCE_NOT_FOUND: Status = 0x6A88;
/// The offset lies behind the file.
pub const WRONG_OFFSET: Status = 0x6B00;
/// This chip does not know the instruction; also its answer to SELECT MF.
pub const INSTRUCTION_UNKNOWN: Status = 0x6D00;
/// This chip does not know the class.
pub const CLASS_UNKNOWN: Status = 0x6E00;
