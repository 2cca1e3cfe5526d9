//! Only one tab of a browser may hold a seat (Web Locks API). Must not know what is guarded.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Waits until no other tab of this browser holds `name`, then holds it until the tab is closed.
///
/// Comes back at once in a browser without locks: there, the server's epochs alone keep tabs apart.
pub async fn hold_alone(name: &str) {
    if let Some(held) = request(name) {
        // It fails only when the page is being closed.
        let _ = JsFuture::from(held).await;
    }
}

/// A promise that is kept once the lock is ours.
fn request(name: &str) -> Option<Promise> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let ask: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some(Promise::new(&mut |resolve, _| {
        let granted = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
            let _ = resolve.call0(&JsValue::NULL);
            // The lock is held as long as this promise is open: for the life of the tab.
            Promise::new(&mut |_, _| {}).into()
        });
        let _ = ask.call2(&locks, &name.into(), &granted);
    }))
}
