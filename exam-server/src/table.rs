//! Files of spreadsheet programs: bytes → cells, Vietnamese text in them, and what is wrong with a row. Plain rules; knows
//! neither candidates nor staff.

pub mod inflated;
pub mod sheet;
pub mod text;
pub mod report;
pub mod template;
