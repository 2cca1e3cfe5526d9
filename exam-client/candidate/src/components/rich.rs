//! Rich text of a paper: sanitised HTML with MathML, pictures from memory.

use crate::core::rich_text::with_pictures;
use crate::desk::Desk;
use leptos::prelude::*;

#[expect(clippy::needless_pass_by_value, reason = "properties are owned")]
/// A piece of rich text. The server sanitises at import; the page's Content-Security-Policy runs no script but its own.
#[component]
pub fn Rich(
    /// Sanitised HTML.
    html: String,
) -> impl IntoView {
    let shown = with_pictures(&html, &Desk::of_page().pictures());
    view! { <div class="rich" inner_html=shown></div> }
}
