//! A QR code as a drawing. Must not know what it says.

use crate::core::secret;
use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// Quiet zone around the code, in modules (ISO/IEC 18004, section 9.1).
const QUIET: usize = 4;

/// What [`QrCode`] draws, from the modules row by row; `1` is dark.
pub fn drawing(modules: &[String]) -> (String, usize) {
    (secret::outline(modules, QUIET), modules.len() + 2 * QUIET)
}

/// Draws a QR code.
#[component]
pub fn QrCode(
    /// The dark modules as an SVG path, and the width and height of the whole.
    drawing: (String, usize),
) -> impl IntoView {
    let console = Console::here();
    let (path, side) = drawing;
    view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" data-testid="qr"
            aria-label=move || texts::enrol::qr(console.lang()) shape-rendering="crispEdges">
            <rect width=side height=side class="qr-paper"/>
            <path d=path class="qr-ink"/>
        </svg>
    }
}
