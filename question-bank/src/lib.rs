//! What is asked and what is right: items, import of teachers' files, papers and their shuffled forms, marking.
//!
//! This crate must never do I/O, read a clock or hold a global; randomness is an argument. Right answers leave it on
//! two ways only: inside [`item::Item`] for the office, and inside [`key::KeySheet`] for marking. What a candidate
//! gets is made in [`redact`], the one place where keys are dropped.
//!
//! The walk of a question: [`import`] → [`item`] → [`paper`] (with a [`scheme`]) → [`form`] → [`redact`] and [`key`]
//! → [`seal`] → … → [`mark`].

pub mod fault;
pub mod number;
mod xml;
pub mod mathml;
pub mod rich;
pub mod qti;
pub mod item;
pub mod import;
pub mod export;
pub mod render;
pub mod bank;
pub mod scheme;
pub mod paper;
pub mod form;
pub mod redact;
pub mod key;
pub mod seal;
pub mod mark;
