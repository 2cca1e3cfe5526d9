//! GIFT: text in, a summary of what was read out.

use super::*;
use crate::import::tests::{faults, summary};
use proptest::prelude::*;

fn read_gift(text: &str) -> String {
    summary(gift(text.as_bytes()))
}

#[test]
fn all_kinds() {
    insta::assert_snapshot!(read_gift(
        "// chú thích\n\
         $CATEGORY: $course$/top/Toán 12/Hàm số\n\n\
         ::Câu 1:: 2 + 3 bằng?{~4 =5#giỏi lắm ~6 ####phản hồi chung}\n\n\
         Chọn các số nguyên tố {~%50%2 ~%50%3 ~%-50%4 ~%-50%9}\n\n\
         ::S:: Thủ đô là {=Hà Nội =%50%Hanoi} của Việt Nam.\n\n\
         ::N:: {#3,14:0.01} là số nào?\n\n\
         ::N2:: Số? {#1..5}\n\n\
         ::N3:: Số? {#=10 =%25%12:1#gần đúng}\n\n\
         ::Đ:: Trái Đất tròn {T}\n\n\
         ::E:: Viết một đoạn văn. {}"
    ), @r#"
    Câu 1 [Toán 12/Hàm số] @4: 2 + 3 bằng? → một: -4 | +5 | -6
    Câu 2 [Toán 12/Hàm số] @6: Chọn các số nguyên tố → nhiều: +2 | +3 | -4 | -9
    S [Toán 12/Hàm số] @8: Thủ đô là _____ của Việt Nam. → văn bản None: Hà Nội 10000 | Hanoi 5000
    N [Toán 12/Hàm số] @10: _____ là số nào? → số None: 3,13…3,15 10000
    N2 [Toán 12/Hàm số] @12: Số? → số None: 1…5 10000
    N3 [Toán 12/Hàm số] @14: Số? → số None: 10…10 10000 | 11…13 2500
    Đ [Toán 12/Hàm số] @16: Trái Đất tròn → một: +Đúng! | -Sai! (không trộn)
    E [Toán 12/Hàm số] @18: Viết một đoạn văn. → tự luận
    "#);
}

#[test]
fn a_titled_text_and_lettered_statements_are_a_group() {
    insta::assert_snapshot!(read_gift(
        "::Câu 13:: Cho hàm số $y = x^2$.\n\n::Câu 13a:: Đồng biến trên (0; 1).{T}\n\n::Câu 13b:: Nghịch biến trên R.{F}\n\n\
         ::Câu 13 c):: Có cực trị.{TRUE#đúng}\n\n::Câu 13.d:: Không có tiệm cận.{FALSE}\n\n::Câu 14a:: Riêng lẻ.{T}"
    ), @r#"
    Câu 13 @1: Cho hàm số <math display="inline"><mi>y</mi><mo>=</mo><msup><mi>x</mi><mn>2</mn></msup></math>. → nhóm: Đ Đồng biến trên (0; 1). | S Nghịch biến trên R. | Đ Có cực trị. | S Không có tiệm cận.
    Câu 14a @11: Riêng lẻ. → một: +Đúng! | -Sai! (không trộn)
    "#);
}

#[test]
fn everything_wrong_is_listed_with_its_line() {
    insta::assert_snapshot!(read_gift(
        "một {=a\n\n::hai:: x } y\n\n::ba:: $\\frac{1}{2}$ {=a ~b}\n\n::bốn:: ghép {=a -> b =c -> d}\n\n::năm:: {TRU}\n\n\
         ::sáu:: {=%50%a ~b}\n\n::bảy:: {~%xx%a ~b}\n\n::tám:: {#ba}\n\n::chín:: $1 \\neq 0$ {T}\n\n// [tag:entry:lưới]\n::mười:: {#1}\n\n\
         ::mười một:: {=<span class=\"x\">a</span> ~b}\n\n::mười hai:: {=$x=2$ ~$x=3$}\n\nđoạn văn lẻ\n\n::tên\n\n\
         [html]<img src\\=\"@@PLUGINFILE@@/a.png\"> hình? {}\n\n::audio:: [html]<audio src\\=x></audio> nghe {}"
    ), @r#"
    ✗ dòng 1, câu «Câu 1»: thiếu dấu ngoặc đi cặp với «{»
    ✗ dòng 3, câu «hai»: thiếu dấu ngoặc đi cặp với «}»
    ✗ dòng 5, câu «ba»: có hơn một cặp { }: dấu ngoặc nhọn trong chữ và trong công thức phải viết \{ và \}
    ✗ dòng 7, câu «bốn»: câu ghép đôi (matching) chưa được hỗ trợ
    ✗ dòng 9, câu «năm»: đáp án phải bắt đầu bằng = (đúng) hoặc ~ (sai), hoặc là TRUE, FALSE, T, F
    ✗ dòng 11, câu «sáu»: có phương án được một phần điểm trong câu chọn một; hãy cho 100 % hoặc 0 %
    ✗ dòng 13, câu «bảy»: trọng số «%xx%» không hiểu được
    ✗ dòng 15, câu «tám»: «ba» không phải số, «số:sai số» hay «từ..đến»
    ✗ dòng 17, câu «chín»: «\neq» trong công thức sẽ thành dấu xuống dòng; hãy viết «\\neq»
    ✗ dòng 20, câu «mười»: thẻ «entry:lưới» không hiểu được; hãy dùng entry:grid4, entry:number hoặc entry:text50
    ✗ dòng 22, câu «mười một»: dấu = hoặc ~ trong công thức và thẻ HTML phải viết \= và \~
    ✗ dòng 24, câu «mười hai»: dấu = hoặc ~ trong công thức và thẻ HTML phải viết \= và \~
    ✗ dòng 26, câu «Câu 13»: đoạn văn không kèm câu hỏi: hãy đưa vào câu hỏi, hoặc đặt tên để làm phần dẫn của nhóm đúng – sai («Câu 13», tiếp theo là «Câu 13a», «Câu 13b»…)
    ✗ dòng 28, câu «Câu 14»: tên câu hỏi thiếu dấu «::» kết thúc
    ✗ dòng 30, câu «Câu 15»: không có hình «a.png» trong tệp
    ✗ dòng 32, câu «audio»: thẻ <audio> chưa được hỗ trợ trong câu hỏi
    "#);
}

#[test]
fn formats_and_formulas() {
    insta::assert_snapshot!(read_gift(
        "[html]<p>Tính <b>giá trị</b> $x^2$</p>{=[plain]<b> ~2}\n\n[plain]a < b & c{}\n\n[markdown]**đậm** và *nghiêng*\\n\\n# dòng hai {T}\n\n\
         Phản ứng $\\\\ce\\{H2O\\}$ và $5 {}\n\n[html]<u>under</u> <span style\\=\"text-decoration\\: underline\">line</span> <a href\\=\"http\\://x\">link</a>{}"
    ), @r#"
    Câu 1 @1: <p>Tính <b>giá trị</b> <math display="inline"><msup><mi>x</mi><mn>2</mn></msup></math></p> → một: +&lt;b&gt; | -2
    Câu 2 @3: a &lt; b &amp; c → tự luận
    Câu 3 @5: <p><b>đậm</b> và <i>nghiêng</i></p><p># dòng hai</p> → một: +Đúng! | -Sai! (không trộn)
    Câu 4 @7: Phản ứng <code class="latex">$\ce{H2O}$</code> và $5 → tự luận
    Câu 5 @9: <u>under</u> <u>line</u> link → tự luận
    ! dòng 5, câu «Câu 3»: Markdown: chỉ hiểu đoạn, đậm, nghiêng và mã; phần khác giữ nguyên như viết
    ! dòng 7, câu «Câu 4»: công thức «$\ce{H2O}$» được giữ nguyên dạng LaTeX: lệnh \ce chưa được hỗ trợ
    ! dòng 7, câu «Câu 4»: có dấu $ hoặc \( không mở công thức nào, được giữ như văn bản
    ! dòng 9, câu «Câu 5»: liên kết bị bỏ, giữ lại chữ
    "#);
}

#[test]
fn options_that_speak_of_others_stay() {
    let import = gift("x?{=1 ~2 ~Cả A và B}\n\ny?{=1 ~2 ~Tất cả các đáp án trên}".as_bytes()).unwrap();
    let shuffle = |i: usize| match &import.items[i].kind {
        crate::item::ItemKind::SingleChoice(choices) => (choices.shuffle, choices.options[2].fixed),
        _ => unreachable!(),
    };
    assert_eq!((shuffle(0), shuffle(1)), ((false, false), (true, true)));
}

#[test]
fn encodings_are_named() {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("Câu?{=một ~hai}".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(gift(&utf16).unwrap().items.len(), 1);
    assert_eq!(
        faults(gift(b"C\xe2u?{T}")),
        "dòng 1, byte 1: byte 0xE2 không phải UTF-8; hãy lưu lại tệp dưới dạng UTF-8"
    );
    assert_eq!(faults(gift(b"")), "tệp không có câu hỏi nào");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = gift(&bytes);
    }

    #[test]
    fn any_mixture_of_signs_is_read_or_refused(text in "([{}=~#:%$\\\\\n/<>\\[\\]a-c0-9., -]|::|//|->|####|TRUE|\\$CATEGORY:|\\[html\\]|<p>|<img src|\n\n){0,60}") {
        if let Err(faults) = gift(text.as_bytes()) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn mutated_files_are_read_or_refused(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = include_bytes!("../../../../tests/fixtures/papers/demo-toan.gift").to_vec();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        bytes.truncate(bytes.len() - cut.index(40));
        let _ = gift(&bytes);
    }
}
