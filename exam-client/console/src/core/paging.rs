//! Pages of long lists. Must not know what is listed.

/// First and last entry of a page, counted from 1; nothing for an empty list.
pub fn span(page: u32, per_page: u32, total: u32) -> Option<(u32, u32)> {
    let first = page.saturating_mul(per_page).saturating_add(1);
    (first <= total).then(|| (first, first.saturating_add(per_page - 1).min(total)))
}

/// Whether there is a page after this one.
pub fn has_next(page: u32, per_page: u32, total: u32) -> bool {
    span(page.saturating_add(1), per_page, total).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_ends_with_the_list() {
        assert_eq!(span(0, 50, 132), Some((1, 50)));
        assert_eq!(span(2, 50, 132), Some((101, 132)));
        assert_eq!(span(0, 50, 0), None);
        assert!(has_next(1, 50, 132));
        assert!(!has_next(2, 50, 132));
        assert!(!has_next(1, 50, 100));
    }
}
