//! True/false groups of Moodle's plugins `qtype_kprime` and `qtype_mtf`: rows, two columns, a weight for each cell.

use super::element::{child, children, flag, text};
use super::question::Question;
use crate::import::entry;
use crate::item::{ItemKind, Statement, Statements};
use crate::number::Decimal;
use std::collections::BTreeMap;

impl Question<'_, '_, '_> {
    /// A true/false group: rows are statements, one column says true, the other false.
    pub(super) fn statements(&mut self) -> Option<ItemKind> {
        let (true_column, false_column) = self.columns()?;
        let right = self.right_columns();
        let mut statements = Vec::new();
        for row in children(self.node, "row") {
            let number = row.attribute("number").unwrap_or_default();
            let right = match right.get(number).map(String::as_str) {
                Some(column) if column == true_column => true,
                Some(column) if column == false_column => false,
                _ => {
                    self.fault(
                        format!("ý thứ {number} không cho biết đúng hay sai"),
                        format!("statement {number} does not say whether it is true"),
                    );
                    return None;
                }
            };
            let text = child(row, "optiontext")
                .map(|node| self.rich(node))
                .unwrap_or_default();
            statements.push(Statement { text, right });
        }
        let shuffle = flag(self.node, "shuffleanswers").unwrap_or(true);
        Some(ItemKind::TrueFalseGroup(Statements { statements, shuffle }))
    }

    /// Numbers of the columns that say true and false. The page's own words stand for theirs, so other words than
    /// true and false are refused.
    fn columns(&mut self) -> Option<(&'static str, &'static str)> {
        const TRUE: [&str; 8] = ["", "true", "đúng", "đ", "t", "richtig", "wahr", "vrai"];
        const FALSE: [&str; 8] = ["", "false", "sai", "s", "f", "falsch", "unwahr", "faux"];
        let words: Vec<String> = children(self.node, "column")
            .map(|column| text(column, "responsetext").unwrap_or_default().to_lowercase())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [first, second] if TRUE.contains(&first) && FALSE.contains(&second) => Some(("1", "2")),
            [first, second] if FALSE.contains(&first) && TRUE.contains(&second) => Some(("2", "1")),
            _ => {
                let shown = words.join("», «");
                self.fault(
                    format!("nhóm đúng – sai phải có hai cột Đúng và Sai, ở đây là «{shown}»"),
                    format!(
                        "a true/false group must have two columns, true and false; here they are “{shown}”"
                    ),
                );
                None
            }
        }
    }

    /// For each row the one column that has a weight above zero.
    fn right_columns(&self) -> BTreeMap<String, String> {
        let mut right: BTreeMap<String, String> = BTreeMap::new();
        for node in children(self.node, "weight") {
            let value = text(node, "value").unwrap_or_default();
            if entry::decimal(&value).is_some_and(|value| value > Decimal::default()) {
                let attribute = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
                // Two right columns contradict each other: such a row has none.
                right
                    .entry(attribute("rownumber"))
                    .and_modify(String::clear)
                    .or_insert_with(|| attribute("columnnumber"));
            }
        }
        right
    }
}
