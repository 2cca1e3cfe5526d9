//! A QR code as a drawing. Must not know what it says.

use crate::core::secret;
use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// Quiet zone around the code, in modules (ISO/IEC 18004, section 9.1).
const QUIET: usize = 4;

/// Draws the modules, row by row; `1` is dark.
#[component]
pub fn QrCode(
    /// The rows.
    modules: Vec<String>,
) -> impl IntoView {
    let console = Console::here();
    let side = modules.len() + 2 * QUIET;
    view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" data-testid="qr"
            aria-label=move || texts::enrol::qr(console.lang()) shape-rendering="crispEdges">
            <rect width=side height=side class="qr-paper"/>
            <path d=secret::outline(&modules, QUIET) class="qr-ink"/>
        </svg>
    }
}
