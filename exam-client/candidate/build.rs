//! Makes the functions of the page's texts. Must not do anything else.

fn main() {
    exam_texts::build("texts");
}
