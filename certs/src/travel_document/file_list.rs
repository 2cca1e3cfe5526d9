//! EF.COM (ICAO Doc 9303-10, section 4.6.1): which files the chip says it has. Nobody signs this file, so it only helps to
//! plan a reading; what must be there is said by the security object.

use super::data_group::{MAX_OTHER, file};
use crate::error::Result;

/// Tag of each data group, from 1 (9303-10, table 35).
const TAGS: [u8; 16] = [
    0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70,
];

/// The data groups that EF.COM lists, by number, in its order; tags of no data group are left out.
///
/// # Errors
/// [`crate::Kind::TooLarge`], [`crate::Kind::Malformed`].
pub fn listed_data_groups(com: &[u8]) -> Result<Vec<u8>> {
    let mut fields = file(com, "EF.COM", 0x60, MAX_OTHER)?.children()?;
    fields.optional(0x5f01)?;
    fields.optional(0x5f36)?;
    let tags = fields.expect(0x5c)?.content;
    let number = |tag: &u8| {
        let at = TAGS.iter().position(|known| known == tag)?;
        u8::try_from(at + 1).ok()
    };
    Ok(tags.iter().filter_map(number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_list_of_a_vietnamese_card() {
        let com = hex::decode("6018 5f0104 30313037 5f3606 303430303030 5c06 6175636d6e6f".replace(' ', ""))
            .unwrap();
        assert_eq!(listed_data_groups(&com), Ok(vec![1, 2, 3, 13, 14, 15]));
        assert_eq!(listed_data_groups(&[0x60, 3, 0x5c, 1, 0x99]), Ok(vec![]));
        assert!(listed_data_groups(&com[..10]).is_err() && listed_data_groups(&[0x60, 0]).is_err());
        assert!(listed_data_groups(&vec![0x60; 10_000]).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(com: Vec<u8>) {
            let _ = listed_data_groups(&com);
        }
    }
}
