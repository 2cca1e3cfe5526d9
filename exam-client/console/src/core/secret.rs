//! Secrets as people type them and as QR codes are drawn. Must not keep them.

/// A secret in groups of four, for typing.
pub fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().filter(|letter| !letter.is_whitespace()).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The dark modules of a QR code as an SVG path: one stroke of squares for each run in a row.
pub fn outline(modules: &[String], quiet: usize) -> String {
    let mut path = String::new();
    for (row, line) in modules.iter().enumerate() {
        let line: Vec<bool> = line.chars().map(|module| module == '1').collect();
        let mut column = 0;
        while column < line.len() {
            let run = line[column..].iter().take_while(|dark| **dark).count();
            if run > 0 {
                let (x, y) = (column + quiet, row + quiet);
                path.extend(["M", &x.to_string(), " ", &y.to_string()]);
                let run = run.to_string();
                path.extend(["h", &run, "v1h-", &run, "z"]);
            }
            column += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_in_groups() {
        assert_eq!(in_groups("JBSWY3DPEHPK3PXP5"), "JBSW Y3DP EHPK 3PXP 5");
        assert_eq!(in_groups(""), "");
    }

    #[test]
    fn runs_of_dark_modules_become_bars() {
        let modules = ["0110".to_owned(), "0000".to_owned(), "1001".to_owned()];
        assert_eq!(outline(&modules, 4), "M5 4h2v1h-2zM4 6h1v1h-1zM7 6h1v1h-1z");
    }
}
