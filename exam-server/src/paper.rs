//! Papers: imported, shuffled into one form for each attempt, sealed, and opened only when their time has come.
//!
//! Its one "never": no question, no answer key and no form key is stored in plaintext, and a key leaves only through
//! [`release`], which takes a proof that the room runs (paper) or has ended (answer key).

pub mod keyring;
pub mod import;
pub mod release;
pub mod store;
