//! `checkin-agent readers`: which card readers are there, and which hold a card.

use crate::card::pcsc::Readers;
use anyhow::Result;
use serde_json::json;

/// Prints the list.
///
/// # Errors
/// The PC/SC service does not run.
pub fn run(as_json: bool) -> Result<()> {
    let readers = Readers::open()?.with_card()?;
    if as_json {
        let list: Vec<_> = readers
            .iter()
            .map(|(name, card)| json!({ "name": name, "card": card }))
            .collect();
        println!("{}", json!({ "readers": list }));
        return Ok(());
    }
    if readers.is_empty() {
        println!("Không thấy đầu đọc thẻ nào / no card reader found");
    }
    for (name, card) in readers {
        println!(
            "{name}  —  {}",
            if card {
                "có thẻ / card"
            } else {
                "không có thẻ / no card"
            }
        );
    }
    Ok(())
}
