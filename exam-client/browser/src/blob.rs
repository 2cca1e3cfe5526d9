//! Pictures from memory as URLs that `<img>` takes. Must not know where the bytes come from.

use js_sys::{Array, Uint8Array};
use web_sys::{Blob, BlobPropertyBag, Url};

/// A `blob:` URL for a file; it lives until the page is closed or [`forget`] is called. `None` if the browser refuses.
pub fn url(content_type: &str, data: &[u8]) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(data));
    let bag = BlobPropertyBag::new();
    bag.set_type(content_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &bag).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Gives the memory of a `blob:` URL back.
pub fn forget(url: &str) {
    // An unknown URL is nothing to give back.
    let _ = Url::revoke_object_url(url);
}
