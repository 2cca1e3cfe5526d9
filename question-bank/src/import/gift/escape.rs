//! GIFT's escapes: `\~ \= \# \{ \} \:` stand for the character, `\\` for a backslash, `\n` for a line break; any other
//! backslash is itself, so that LaTeX survives.

/// Characters that mean something to GIFT.
const SPECIAL: [char; 6] = ['~', '=', '#', '{', '}', ':'];

/// The text that was meant.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, letters.peek().copied()) {
            ('\\', Some(next)) if next == '\\' || SPECIAL.contains(&next) => {
                out.push(next);
                letters.next();
            }
            ('\\', Some('n')) => {
                out.push('\n');
                letters.next();
            }
            _ => out.push(c),
        }
    }
    out
}

/// Positions of all unescaped characters that `wanted` accepts.
pub(super) fn positions(text: &str, wanted: impl Fn(char) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut protected = false;
    for (at, c) in text.char_indices() {
        if !protected && wanted(c) {
            found.push(at);
        }
        protected = c == '\\' && !protected;
    }
    found
}

/// Position of the first unescaped `sign`.
pub(super) fn find(text: &str, sign: &str) -> Option<usize> {
    let first = sign.chars().next()?;
    positions(text, |c| c == first)
        .into_iter()
        .find(|at| text[*at..].starts_with(sign))
}

/// A LaTeX command within a formula that GIFT would read as a line break (`$\neq$` instead of `$\\neq$`).
pub(super) fn broken_command(text: &str) -> Option<&str> {
    let mut in_formula = false;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let command = rest
            .strip_prefix("\\n")
            .map_or(0, |r| r.bytes().take_while(u8::is_ascii_alphabetic).count());
        if in_formula && command > 0 {
            return Some(&rest[..2 + command]);
        }
        let delimiter = ["\\(", "\\)", "\\[", "\\]", "$$", "$"]
            .into_iter()
            .find(|sign| rest.starts_with(sign));
        let escaped = usize::from(rest.starts_with('\\'));
        let letters = rest.chars().take(1 + escaped).map(char::len_utf8).sum();
        let length = delimiter.map_or(letters, str::len);
        in_formula ^= delimiter.is_some();
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_of_the_format() {
        assert_eq!(
            unescape(r"a\=b \{\} \~ \# \: x\\neq y\nz \alpha \"),
            "a=b {} ~ # : x\\neq y\nz \\alpha \\"
        );
        assert_eq!(find(r"a\{b{c", "{"), Some(4));
        assert_eq!(find(r"a\\{b", "{"), Some(3));
        assert_eq!(broken_command(r"dòng\ntiếp $1 \neq 0$"), Some(r"\neq"));
        assert_eq!(broken_command(r"dòng\ntiếp $1 \\neq 0$ \nữa"), None);
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(text in "[a-z~=#{}:$\\\\ ]{0,20}") {
            let mut escaped = String::new();
            for c in text.chars() {
                if c == '\\' || SPECIAL.contains(&c) {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            prop_assert_eq!(unescape(&escaped), text);
            prop_assert_eq!(positions(&escaped, |c| SPECIAL.contains(&c)), Vec::<usize>::new());
        }

        #[test]
        fn any_text_is_searched(text in ".{0,40}|[\\\\n$a(){}]{0,20}") {
            let _ = (broken_command(&text), find(&text, "::"), unescape(&text));
        }
    }
}
