//! What pages are made of: values in, events out.

pub mod say;
pub mod shell;
pub mod candidate;
pub mod status;
pub mod time_left;
pub mod notice;
pub mod watermark;
pub mod question;
pub mod question_list;
pub mod rich;
pub mod shortcuts;
