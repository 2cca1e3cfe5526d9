//! Lines of a GIFT file put together to the text of one question: comments out, categories and tags kept.

use super::escape::positions;

/// The text of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The lines without comments, joined by `\n`.
    pub(super) text: String,
    /// Line in the file of each line of `text`, from 1.
    pub(super) lines: Vec<u32>,
    /// Path of the category.
    pub(super) category: Vec<String>,
    /// Tags of the comments before and in it: `// [tag:name]`.
    pub(super) tags: Vec<String>,
}

impl Block {
    /// Line in the file of a position in `text`.
    pub(super) fn line_at(&self, at: usize) -> u32 {
        let index = self.text.get(..at).unwrap_or(&self.text).matches('\n').count();
        self.lines.get(index).or(self.lines.last()).copied().unwrap_or(1)
    }
}

/// Splits a file into questions: they end at a blank line outside braces.
pub(super) fn split(text: &str) -> Vec<Block> {
    let mut splitter = Splitter::default();
    for (number, line) in (1..).zip(text.lines()) {
        splitter.line(number, line);
    }
    splitter.end_block();
    splitter.blocks
}

#[derive(Default)]
struct Splitter {
    blocks: Vec<Block>,
    block: Block,
    /// Whether a brace is open.
    open: bool,
    /// Whether the last line was blank.
    after_blank: bool,
    category: Vec<String>,
    tags: Vec<String>,
}

impl Splitter {
    fn line(&mut self, number: u32, line: &str) {
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix("//") {
            self.tags.extend(tags(comment));
            return;
        }
        // A brace that was never closed must not swallow the rest of the file.
        let begins_another = trimmed.starts_with("::") || trimmed.starts_with("$CATEGORY:");
        if self.open && self.after_blank && begins_another {
            self.end_block();
        }
        if let Some(path) = trimmed.strip_prefix("$CATEGORY:").filter(|_| !self.open) {
            self.end_block();
            self.category = category(path);
        } else if trimmed.is_empty() && !self.open {
            self.end_block();
        } else {
            self.add(number, line);
        }
        self.after_blank = trimmed.is_empty();
    }

    fn add(&mut self, number: u32, line: &str) {
        if !self.block.lines.is_empty() {
            self.block.text.push('\n');
        }
        self.block.text.push_str(line.trim_end());
        self.block.lines.push(number);
        for at in positions(line, |c| c == '{' || c == '}') {
            self.open = line.as_bytes()[at] == b'{';
        }
    }

    fn end_block(&mut self) {
        self.open = false;
        let block = std::mem::take(&mut self.block);
        if block.lines.is_empty() {
            return;
        }
        let tags = std::mem::take(&mut self.tags);
        self.blocks.push(Block {
            category: self.category.clone(),
            tags,
            ..block
        });
    }
}

/// "$course$/top/Toán 12/Hàm số" → Toán 12, Hàm số. `//` is a slash within a name.
pub(in crate::import) fn category(path: &str) -> Vec<String> {
    let parts = path.trim().replace("//", "\u{1}");
    let names = parts
        .split('/')
        .map(|name| name.replace('\u{1}', "/").trim().to_owned());
    names
        .filter(|name| !name.is_empty() && name != "$course$" && name != "$system$" && name != "top")
        .collect()
}

fn tags(comment: &str) -> Vec<String> {
    let after = comment.split("[tag:").skip(1);
    after
        .filter_map(|rest| Some(rest.split_once(']')?.0.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_end_at_blank_lines_outside_braces() {
        let text = "// [tag:x] [tag:y z]\nmột {\n=a\n\n~b}\n\n$CATEGORY: $course$/top/Toán//Tin/Số\nhai\n// ghi chú\nba{T}\n\n\n::bốn:: {";
        let blocks = split(text);
        let shown: Vec<_> = blocks
            .iter()
            .map(|b| {
                (
                    b.text.as_str(),
                    b.lines.as_slice(),
                    b.category.join("|"),
                    b.tags.clone(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "một {\n=a\n\n~b}",
                    [2, 3, 4, 5].as_slice(),
                    String::new(),
                    vec!["x".to_owned(), "y z".to_owned()]
                ),
                ("hai\nba{T}", [8, 10].as_slice(), "Toán/Tin|Số".to_owned(), vec![]),
                ("::bốn:: {", [13].as_slice(), "Toán/Tin|Số".to_owned(), vec![]),
            ]
        );
        assert_eq!(blocks[1].line_at(5), 10);
    }

    #[test]
    fn an_open_brace_ends_at_the_next_title() {
        let blocks = split("::một:: {=a\n\n::hai:: {=b}");
        assert_eq!(
            blocks.iter().map(|b| b.text.trim()).collect::<Vec<_>>(),
            ["::một:: {=a", "::hai:: {=b}"]
        );
    }
}
