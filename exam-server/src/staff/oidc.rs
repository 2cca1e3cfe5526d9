//! Single sign-on (OpenID Connect Core 1.0): the code flow with PKCE, roles from a claim, logout on both sides.
//!
//! `line.rs` is the only file that talks to a provider. Never keeps a token of a provider: what is needed is taken from the
//! id token once, and everything secret of a login on its way is derived from the browser's cookie.

mod line;
pub mod client;
pub mod on_the_way;
pub mod claims;
pub mod logout_token;
pub mod store;
pub mod route;
