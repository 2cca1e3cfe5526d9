//! Which language the page speaks: Vietnamese unless the person switched. Must not hold texts.

use crate::local_store;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Vietnamese, the first language of every page.
    #[default]
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// Language tag for `lang` attributes (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Vietnamese => Self::English,
            Self::English => Self::Vietnamese,
        }
    }

    /// The language that was chosen last on this PC, else Vietnamese.
    pub fn stored() -> Self {
        match local_store::read(KEY).as_deref() {
            Some("en") => Self::English,
            _ => Self::Vietnamese,
        }
    }

    /// Keeps the choice on this PC and tells the document, so that screen readers speak right.
    pub fn apply(self) {
        local_store::write(KEY, self.tag());
        if let Some(root) = web_sys::window()
            .and_then(|w| w.document())
            .and_then(|d| d.document_element())
        {
            // A document element takes any attribute; there is nothing to do if it did not.
            let _ = root.set_attribute("lang", self.tag());
        }
    }
}

const KEY: &str = "truong-thi.language";
