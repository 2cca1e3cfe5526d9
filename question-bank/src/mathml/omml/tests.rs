//! What the conversion makes of constructs, and that hostile formulas end.

use super::*;
use proptest::prelude::*;

fn mathml(omml: &str) -> String {
    formulas(&format!("<m:oMath>{omml}</m:oMath>"))
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn numbers_keep_their_decimal_comma() {
    assert_eq!(
        mathml("<m:r><m:t>x=1,5</m:t></m:r>"),
        "<math display=\"inline\"><mi>x</mi><mo>=</mo><mn>1,5</mn></math>"
    );
}

#[test]
fn styles_become_letters_of_their_own() {
    let set = "<m:r><m:rPr><m:scr m:val=\"double-struck\"/></m:rPr><m:t>R</m:t></m:r>";
    assert!(mathml(set).contains("<mi>ℝ</mi>"));
    let upright = "<m:r><m:rPr><m:sty m:val=\"p\"/></m:rPr><m:t>sin</m:t></m:r>";
    assert!(mathml(upright).contains("<mi>sin</mi>"));
}

#[test]
fn equation_arrays_align_at_their_points() {
    let system = "<m:eqArr><m:e><m:r><m:t>x&amp;=1</m:t></m:r></m:e><m:e><m:r><m:t>y&amp;=2</m:t></m:r></m:e></m:eqArr>";
    assert!(mathml(system).contains("<mtr><mtd><mi>x</mi></mtd><mtd><mo>=</mo><mn>1</mn></mtd></mtr>"));
}

#[test]
fn inserted_text_counts_and_deleted_text_does_not() {
    let changed = "<w:ins><m:r><m:t>a</m:t></m:r></w:ins><w:del><m:r><m:t>b</m:t></m:r></w:del>";
    assert_eq!(mathml(changed), "<math display=\"inline\"><mi>a</mi></math>");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "<m:rad><m:e>".repeat(100) + &"</m:e></m:rad>".repeat(100);
    assert_eq!(
        formulas(&format!("<m:oMath>{deep}</m:oMath>")),
        Err(Error::TooDeep)
    );
    assert_eq!(formulas("<a/>"), Err(Error::NoFormula));
}

proptest! {
    /// Whatever is put together of constructs and texts, the conversion ends, and every letter is still there.
    #[test]
    fn no_letter_is_lost(parts in proptest::collection::vec(proptest::sample::select(vec!["f", "sSup", "rad", "d", "nary", "func", "acc", "bar", "limLow", "groupChr", "sPre", "borderBox"]), 0..8)) {
        let mut text = "<m:r><m:t>q</m:t></m:r>".to_owned();
        for name in &parts {
            let arguments = ["num", "den", "e", "sup", "sub", "deg", "fName", "lim"]
                .iter()
                .map(|argument| format!("<m:{argument}>{text}</m:{argument}>"));
            text = if text.len() > 20_000 { break } else { format!("<m:{name}>{}</m:{name}>", arguments.collect::<String>()) };
        }
        prop_assert!(mathml(&text).contains("<mi>q</mi>"));
    }
}
