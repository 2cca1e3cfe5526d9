//! Makes the page's texts from both catalogues. Must not do anything else.

fn main() {
    exam_texts::build("texts");
}
