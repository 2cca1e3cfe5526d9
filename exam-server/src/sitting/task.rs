//! What runs beside the requests of the sitting: the one writer of the journal, and the end of rooms whose time is over.

pub mod writer;
pub mod closing;
