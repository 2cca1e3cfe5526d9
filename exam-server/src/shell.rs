//! What every server needs around its routes: TLS, accepting connections, browser safety, limits, the pages' files.

pub mod changes;
pub mod limit;
pub mod tls;
pub mod accept;
pub mod safety;
pub mod extract;
pub mod pages;
pub mod about;
pub mod metrics;
pub mod ready;
