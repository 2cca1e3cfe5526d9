//! How long commands and answers may be between one reader and one kind of card: learnt on the way, and not asked twice.
//!
//! Knows no command. Whoever keeps the value over many cards keeps it under the names of reader and card.

/// Is extended length (ISO/IEC 7816-4, section 5.1) known to work?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExtendedLength {
    /// Not tried yet.
    #[default]
    Unknown,
    /// It worked.
    Works,
    /// Reader or card refused it.
    Refused,
}

/// Sizes of a block in extended answers, in plain bytes: tried upwards, so that at most one of them fails. A portrait is not
/// much longer than the last; beyond it the drivers' own limits begin (near 32 KB), and nothing is left to win.
const LADDER: [u32; 3] = [1024, 4096, 16_384];

/// Sizes to step down to when a card refuses a whole short answer.
const SHORTER: [u32; 3] = [192, 128, 64];

/// What is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    extended: ExtendedLength,
    /// The longest block that came in one extended answer.
    longest: u32,
    /// The shortest that did not.
    refused: Option<u32>,
    /// What short answers are limited to, if it is less than they could hold.
    short: Option<u32>,
}

impl Lengths {
    /// Of a reader and card that are known to take short lengths only.
    pub const SHORT_ONLY: Self = Self {
        extended: ExtendedLength::Refused,
        longest: 0,
        refused: None,
        short: None,
    };

    /// Extended length.
    pub const fn extended(&self) -> ExtendedLength {
        self.extended
    }

    /// The block to ask for next, when a short answer could hold `short` bytes.
    pub fn block(&self, short: u32) -> u32 {
        if self.extended == ExtendedLength::Refused {
            return self.short.map_or(short, |limit| limit.min(short));
        }
        let possible = |size: &u32| self.refused.is_none_or(|refused| *size < refused);
        let next = LADDER.into_iter().find(|&size| size > self.longest);
        next.filter(possible).unwrap_or(self.longest).max(short)
    }

    /// A block of `asked` bytes was answered by `got`; `whole` when these were all that the file still had.
    pub fn answered(&mut self, asked: u32, got: u32, whole: bool, short: u32) {
        if asked <= short {
            return;
        }
        self.extended = ExtendedLength::Works;
        self.longest = self.longest.max(got);
        if !whole && got < asked {
            // The card gives no more at once: the rung above is of no use.
            self.refused = Some(self.refused.map_or(asked, |refused| refused.min(asked)));
        }
    }

    /// An extended command or answer that is not a block of a file went through.
    pub const fn works(&mut self) {
        self.extended = ExtendedLength::Works;
    }

    /// A block of `asked` bytes was refused; is there a smaller one to try?
    pub fn refuse(&mut self, asked: u32, short: u32) -> bool {
        if asked > short {
            if self.longest > short && asked > self.longest {
                self.refused = Some(asked);
            } else {
                self.extended = ExtendedLength::Refused;
            }
            return true;
        }
        let smaller = SHORTER.into_iter().find(|&block| block < asked);
        if smaller.is_some() {
            self.extended = ExtendedLength::Refused;
            self.short = smaller;
        }
        smaller.is_some()
    }

    /// Extended length itself was refused.
    pub const fn refuse_extended(&mut self) {
        self.extended = ExtendedLength::Refused;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_grow_until_one_fails() {
        let mut lengths = Lengths::default();
        let mut asked = Vec::new();
        for _ in 0..3 {
            let block = lengths.block(223);
            asked.push(block);
            lengths.answered(block, block, false, 223);
        }
        asked.push(lengths.block(223));
        assert_eq!(asked, [1024, 4096, 16_384, 16_384]);
        // What worked before and works no more is not trusted at all.
        assert!(lengths.refuse(16_384, 223));
        assert_eq!(lengths.extended(), ExtendedLength::Refused);
        let mut lengths = Lengths::default();
        lengths.answered(1024, 1024, false, 223);
        assert!(lengths.refuse(4096, 223));
        assert_eq!(
            (lengths.block(223), lengths.extended()),
            (1024, ExtendedLength::Works)
        );
    }

    #[test]
    fn a_card_that_gives_less_is_asked_for_that() {
        let mut lengths = Lengths::default();
        lengths.answered(1024, 1024, false, 223);
        lengths.answered(4096, 2048, false, 223);
        assert_eq!(lengths.block(223), 2048);
        // The end of a file is no limit.
        let mut lengths = Lengths::default();
        lengths.answered(1024, 90, true, 223);
        assert_eq!(lengths.block(223), 1024);
    }

    #[test]
    fn short_lengths_shrink_to_an_end() {
        let mut lengths = Lengths::default();
        assert!(lengths.refuse(1024, 223));
        let mut asked = vec![lengths.block(223)];
        while lengths.refuse(lengths.block(223), 223) {
            asked.push(lengths.block(223));
        }
        assert_eq!(asked, [223, 192, 128, 64]);
    }

    proptest! {
        #[test]
        fn every_refusal_brings_the_end_nearer(refusals in prop::collection::vec(any::<bool>(), 0..40)) {
            let mut lengths = Lengths::default();
            let mut left = 12;
            for refused in refusals {
                let block = lengths.block(223);
                prop_assert!((64..=16_384).contains(&block));
                if refused {
                    if !lengths.refuse(block, 223) {
                        break;
                    }
                    left -= 1;
                    prop_assert!(left > 0 && lengths.block(223) < block);
                } else {
                    lengths.answered(block, block, false, 223);
                }
            }
        }
    }
}
