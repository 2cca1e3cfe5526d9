//! Templates of MTEF: selector and variation of either version as what they mean. Must never take an unknown selector
//! for a known one.

/// What a template does with its slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Template {
    /// Brackets around a slot; the default signs of left and right, none where a side has none.
    Fence(Option<&'static str>, Option<&'static str>),
    /// Bra and ket: left and right part.
    Dirac {
        left: bool,
        right: bool,
    },
    Root,
    Fraction {
        slash: bool,
    },
    Bar {
        over: bool,
        double: bool,
    },
    /// An arrow with text above and below; its sign, where the subobjects do not name it.
    Arrow(&'static str),
    BigOperator {
        sign: Option<&'static str>,
        limits: Limits,
    },
    HorizontalBrace {
        top: bool,
        sign: &'static str,
    },
    LongDivision {
        upper: bool,
    },
    Script {
        precedes: bool,
    },
    /// Something stretched above or below.
    Mark {
        sign: &'static str,
        under: bool,
    },
    /// `notation` of `menclose`.
    Enclose(&'static str),
}

/// The limits of a big operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) lower: bool,
    pub(super) upper: bool,
    /// Below and above; else beside.
    pub(super) stacked: bool,
}

impl Template {
    /// "`MathType` MTEF v.5", template selectors and variations.
    pub(super) fn of_version_5(selector: u8, variation: u16) -> Option<Self> {
        let has = |bits: u16| variation & bits != 0;
        let limits = Limits {
            lower: has(0x10),
            upper: has(0x20),
            stacked: has(0x40),
        };
        Some(match selector {
            0..=8 => fence(selector, has(1), has(2)),
            9 => Self::Fence(
                Some(["(", ")", "[", "]"][usize::from(variation & 3)]),
                Some(["(", ")", "[", "]"][usize::from(variation >> 4 & 3)]),
            ),
            10 => Self::Root,
            11 => Self::Fraction { slash: has(2) },
            12 | 13 => Self::Bar {
                over: selector == 13,
                double: has(1),
            },
            14 => Self::Arrow(arrow(variation)),
            15 => Self::BigOperator {
                sign: Some(integral(variation)),
                limits,
            },
            16..=23 => Self::BigOperator {
                sign: operator(selector - 16),
                limits: if selector == 23 {
                    Limits {
                        stacked: true,
                        ..limits
                    }
                } else {
                    limits
                },
            },
            24 | 25 => brace(has(1), selector == 25),
            26 => Self::LongDivision { upper: has(1) },
            27..=29 => Self::Script { precedes: has(1) },
            30 => Self::Dirac {
                left: has(1),
                right: has(2),
            },
            31 => Self::Mark {
                sign: vector(variation),
                under: has(4),
            },
            32 => over("˜"),
            33 => over("^"),
            34 => over("⌢"),
            35 => over("︹"),
            36 => Self::Enclose(strike(variation)),
            37 => Self::Enclose(if has(1) { "roundedbox" } else { "box" }),
            _ => return None,
        })
    }

    /// "MTEF v.3", template selectors: those of Equation Editor.
    pub(super) fn of_version_3(selector: u8, variation: u16) -> Option<Self> {
        let big = |sign, stacked| {
            // Which limits are there is seen from the slots.
            let limits = Limits {
                lower: true,
                upper: true,
                stacked,
            };
            Self::BigOperator { sign, limits }
        };
        let pair = |left, right| Self::Fence(Some(left), Some(right));
        Some(match selector {
            0..=7 => fence(selector, variation != 2, variation != 1),
            8 => pair("[", "["),
            9 => pair("]", "]"),
            10 => pair("]", "["),
            11 => pair("[", ")"),
            12 => pair("(", "]"),
            13 => Self::Root,
            14 => Self::Fraction { slash: false },
            15 => Self::Script { precedes: false },
            16 | 17 => Self::Bar {
                over: selector == 17,
                double: variation == 1,
            },
            18 => Self::Arrow("←"),
            19 => Self::Arrow("→"),
            20 => Self::Arrow("↔"),
            21 | 24 => big(Some(integral(if variation >= 3 { 5 } else { 1 })), selector == 24),
            22 | 25 => big(Some(integral(if variation >= 3 { 6 } else { 2 })), selector == 25),
            23 | 26 => big(Some(integral(if variation >= 3 { 7 } else { 3 })), selector == 26),
            27 | 28 => brace(selector == 27, false),
            29..=38 => big(operator((selector - 29) / 2), selector % 2 == 1),
            40 => Self::LongDivision {
                upper: variation == 0,
            },
            41 => Self::Fraction { slash: true },
            42 => big(None, false),
            // Limits have their text in the main slot, free operators their sign among the subobjects.
            39 | 43 => big(None, true),
            44 => Self::Script { precedes: true },
            45 => Self::Dirac {
                left: variation != 2,
                right: variation != 1,
            },
            46 | 47 => Self::Mark {
                sign: ["←", "→", "↔"][usize::from(variation.min(2))],
                under: selector == 46,
            },
            48 => over("⌢"),
            _ => return None,
        })
    }
}

fn fence(selector: u8, left: bool, right: bool) -> Template {
    const SIGNS: [(&str, &str); 9] = [
        ("⟨", "⟩"),
        ("(", ")"),
        ("{", "}"),
        ("[", "]"),
        ("|", "|"),
        ("‖", "‖"),
        ("⌊", "⌋"),
        ("⌈", "⌉"),
        ("⟦", "⟧"),
    ];
    let (open, close) = SIGNS[usize::from(selector)];
    Template::Fence(left.then_some(open), right.then_some(close))
}

fn over(sign: &'static str) -> Template {
    Template::Mark { sign, under: false }
}

fn brace(top: bool, bracket: bool) -> Template {
    let sign = match (top, bracket) {
        (true, false) => "⏞",
        (false, false) => "⏟",
        (true, true) => "⎴",
        (false, true) => "⎵",
    };
    Template::HorizontalBrace { top, sign }
}

/// Sums and their kin, in the order of the selectors; none where the sign is a subobject.
fn operator(index: u8) -> Option<&'static str> {
    [Some("∑"), Some("∏"), Some("∐"), Some("⋃"), Some("⋂")]
        .get(usize::from(index))
        .copied()
        .flatten()
}

/// Number of signs in the low two bits, loops above.
fn integral(variation: u16) -> &'static str {
    match (variation & 0x3, variation >> 2 & 0x3) {
        (2, 0) => "∬",
        (3, 0) => "∭",
        (2, _) => "∯",
        (3, _) => "∰",
        (_, 0) => "∫",
        (_, 1) => "∮",
        (_, 2) => "∲",
        _ => "∳",
    }
}

fn arrow(variation: u16) -> &'static str {
    match (variation & 0x3, variation & 0x10 != 0, variation & 0x20 != 0) {
        (1, _, _) => "⇄",
        (2, _, _) => "⇌",
        (_, true, true) => "↔",
        (_, true, false) => "←",
        _ => "→",
    }
}

fn vector(variation: u16) -> &'static str {
    match (variation & 0x3, variation & 0x8 != 0, variation & 0x4 != 0) {
        (3, _, _) => "↔",
        (1, false, _) => "←",
        (1, true, false) => "↼",
        (1, true, true) => "↽",
        (_, false, _) => "→",
        (_, true, false) => "⇀",
        (_, true, true) => "⇁",
    }
}

fn strike(variation: u16) -> &'static str {
    match variation & 0x7 {
        1 => "horizontalstrike",
        4 => "downdiagonalstrike",
        6 => "updiagonalstrike downdiagonalstrike",
        _ => "updiagonalstrike",
    }
}
