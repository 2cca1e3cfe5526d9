//! Which options are marked as right: the signs of authors, ranked, each compared with the siblings. Must never decide
//! between signs that disagree, and never find an answer where there is no sign.

use super::line::mark;
use super::option::OptionDraft;

/// A sign: its name in both languages and the options that carry it.
pub(super) struct Sign {
    pub(super) vi: &'static str,
    pub(super) en: &'static str,
    pub(super) marked: Vec<usize>,
}

/// The signs that some options carry and some do not; bold counts where there is nothing else.
pub(super) fn signs(options: &[OptionDraft]) -> Vec<Sign> {
    let with = |bit: u16| positions(options, |option| option.style.has(bit));
    let mut signs: Vec<Sign> = [
        ("gạch chân", "underlined", with(mark::UNDERLINE)),
        ("màu chữ", "coloured", coloured(options)),
        ("tô nền", "highlighted", with(mark::HIGHLIGHT)),
        ("dấu *", "starred", positions(options, |option| option.starred)),
    ]
    .into_iter()
    .filter_map(|(vi, en, marked)| sign(vi, en, marked, options.len()))
    .collect();
    if signs.is_empty() {
        signs.extend(sign("in đậm", "bold", with(mark::BOLD), options.len()));
    }
    signs
}

fn sign(vi: &'static str, en: &'static str, marked: Vec<usize>, all: usize) -> Option<Sign> {
    (!marked.is_empty() && marked.len() < all).then_some(Sign { vi, en, marked })
}

fn positions(options: &[OptionDraft], holds: impl Fn(&OptionDraft) -> bool) -> Vec<usize> {
    let matching = options.iter().enumerate().filter(|(_, option)| holds(option));
    matching.map(|(index, _)| index).collect()
}

/// Options whose letter has another colour than most; with two colours half and half, those that are not black.
fn coloured(options: &[OptionDraft]) -> Vec<usize> {
    let count = |colour: u32| {
        options
            .iter()
            .filter(|option| option.style.colour == colour)
            .count()
    };
    let usual = options
        .iter()
        .map(|option| option.style.colour)
        .max_by_key(|colour| (count(*colour), u32::from(*colour == 0)))
        .unwrap_or(0);
    positions(options, |option| option.style.colour != usual)
}
