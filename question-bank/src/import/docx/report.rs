//! The fidelity report: an HTML page that shows what stood in the file beside what became of it. Must never load
//! anything from elsewhere.

use super::{Question, WordFile};
use crate::item::{Item, ItemKind, ShortKey};
use crate::rich::{RichText, escape};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const STYLE: &str = "body{font:16px/1.5 serif;margin:2em}table.f{border-collapse:collapse;width:100%}\
 table.f>tbody>tr>td,th{border:1px solid #888;padding:.5em;vertical-align:top;width:50%}pre{white-space:pre-wrap;font:inherit;margin:0}\
 .right{font-weight:bold}.right::before{content:'✓ '}.doubt{background:#fee}img{max-width:100%}";

pub(super) fn page(file: &WordFile, name: &str) -> String {
    let rows: Vec<String> = file.questions.iter().map(row).collect();
    let rows = rows.concat();
    let doubts: Vec<String> = file
        .doubts
        .iter()
        .map(|doubt| {
            let reasons: Vec<String> = doubt.reasons.iter().map(|reason| escape(&reason.vi)).collect();
            format!(
                "<tr class=\"doubt\"><td><b>{}</b> (đoạn {})<pre>{}</pre></td><td>{}</td></tr>",
                escape(&doubt.question),
                doubt.paragraph,
                escape(&doubt.source),
                reasons.join("<br>")
            )
        })
        .collect();
    let doubts = doubts.concat();
    let list = |lines: Vec<String>| {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| format!("<li>{}</li>", escape(line)))
            .collect();
        lines.concat()
    };
    let notes = list(file.notes.iter().map(ToString::to_string).collect());
    let dropped = file.dropped.iter().map(|(at, text)| format!("đoạn {at}: {text}"));
    let dropped = list(dropped.collect());
    format!(
        "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{name}</title><style>{STYLE}</style></head><body>\
         <h1>Đối chiếu: {name}</h1><p>{} câu đọc được, {} câu cần xem lại.</p>\
         <h2>Câu chưa hiểu</h2><table class=\"f\"><tbody>{doubts}</tbody></table>\
         <h2>Câu đọc được</h2><table class=\"f\"><tbody><tr><th>Trong tệp</th><th>Kết quả</th></tr>{rows}</tbody></table>\
         <h2>Lưu ý</h2><ul>{notes}</ul><h2>Dòng không thuộc câu nào</h2><ul>{dropped}</ul></body></html>",
        file.questions.len(),
        file.doubts.len(),
        name = escape(name),
    )
}

fn row(question: &Question) -> String {
    let item = &question.item;
    format!(
        "<tr><td><b>{}</b> (đoạn {})<pre>{}</pre></td><td>{}</td></tr>",
        escape(&item.name),
        item.line,
        escape(&question.source),
        result(item)
    )
}

/// An item with its key, pictures within the page.
pub(crate) fn result(item: &Item) -> String {
    let text = |text: &RichText| with_pictures(text, item);
    let option = |shown: String, right: bool| {
        let class = if right { " class=\"right\"" } else { "" };
        format!("<li{class}>{shown}</li>")
    };
    let key = match &item.kind {
        ItemKind::SingleChoice(choices) | ItemKind::MultipleResponse(choices) => {
            let options = choices.options.iter().map(|o| option(text(&o.text), o.right));
            format!("<ol type=\"A\">{}</ol>", options.collect::<String>())
        }
        ItemKind::TrueFalseGroup(group) => {
            let statements = group.statements.iter().map(|s| option(text(&s.text), s.right));
            format!("<ol type=\"a\">{}</ol>", statements.collect::<String>())
        }
        ItemKind::ShortAnswer(short) => {
            let accepted: Vec<String> = match &short.key {
                ShortKey::Text { accepted, .. } => accepted.iter().map(|a| escape(&a.text)).collect(),
                ShortKey::Number { accepted } => accepted.iter().map(|a| a.low.to_string()).collect(),
            };
            format!("<p class=\"right\">{}</p>", accepted.join(" | "))
        }
        ItemKind::Essay => "<p><i>tự luận</i></p>".to_owned(),
    };
    format!("<div>{}</div>{key}", text(&item.stem))
}

/// `media:N` as the picture itself.
fn with_pictures(text: &RichText, item: &Item) -> String {
    let mut html = text.as_str().to_owned();
    for number in text.media() {
        if let Some(picture) = item.media.get(number) {
            let data = STANDARD.encode(&picture.data.0);
            let address = format!(" src=\"data:{};base64,{data}\"", picture.content_type);
            html = html.replace(&format!(" src=\"media:{number}\""), &address);
        }
    }
    html
}
