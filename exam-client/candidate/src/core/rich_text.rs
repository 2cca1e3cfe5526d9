//! Sanitised HTML of a paper, made ready to show. Must not alter what is said: it only points pictures at their data.

/// Replaces `media:N` in `src` attributes by the URL of the N-th picture; unknown numbers lose their source.
///
/// The server sanitises at import, and the page's Content-Security-Policy runs no script but its own.
pub fn with_pictures(html: &str, urls: &[String]) -> String {
    let mut parts = html.split("\"media:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('"').unwrap_or((part, ""));
        let url = number
            .parse()
            .ok()
            .and_then(|n: usize| urls.get(n))
            .map_or("", String::as_str);
        shown.push('"');
        shown.push_str(url);
        shown.push('"');
        shown.push_str(rest);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_pictures_at_their_data() {
        let urls = ["blob:a".to_owned(), "blob:b".to_owned()];
        assert_eq!(
            with_pictures(r#"x <img src="media:1" alt="y"> z"#, &urls),
            r#"x <img src="blob:b" alt="y"> z"#
        );
        assert_eq!(with_pictures(r#"<img src="media:7">"#, &urls), r#"<img src="">"#);
        assert_eq!(
            with_pictures("<math><mi>x</mi></math>", &urls),
            "<math><mi>x</mi></math>"
        );
    }
}
