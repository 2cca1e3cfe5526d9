//! Equations written by hand from the format's description, and that hostile bytes end.

use super::*;
use proptest::prelude::*;

/// A version 3 equation (Equation Editor): header, then records.
fn version_3(records: &[u8]) -> String {
    let bytes = [&[3, 1, 1, 3, 0], records].concat();
    convert(&bytes).unwrap().to_string()
}

/// A character record of version 3: tag, typeface (biased), 16-bit code.
fn character(typeface: u8, c: char) -> Vec<u8> {
    let code = u16::try_from(u32::from(c)).unwrap().to_le_bytes();
    vec![0x02, 128 + typeface, code[0], code[1]]
}

fn line(content: &[u8]) -> Vec<u8> {
    [&[0x01], content, &[0x00]].concat()
}

#[test]
fn fraction_and_power_of_equation_editor() {
    let power = [&[0x03, 15, 0, 0, 0x11][..], &line(&character(8, '2')), &[0]].concat();
    let numerator = line(&[character(3, 'x'), power].concat());
    let fraction = [&[0x03, 14, 0, 0][..], &numerator, &line(&character(8, '4')), &[0]].concat();
    assert_eq!(
        version_3(&[line(&fraction), vec![0]].concat()),
        "<math display=\"block\"><mfrac><msup><mi>x</mi><mn>2</mn></msup><mn>4</mn></mfrac></math>"
    );
}

#[test]
fn integral_with_both_limits_of_equation_editor() {
    let integral = [
        &[0x03, 21, 2, 0][..],
        &line(&character(3, 'f')),
        &line(&character(8, '0')),
        &line(&character(8, '1')),
        &character(6, '∫'),
        &[0],
    ]
    .concat();
    assert!(
        version_3(&line(&integral)).contains("<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup><mi>f</mi>")
    );
}

#[test]
fn comments_of_metafiles_are_joined() {
    let mtef = [&[3, 1, 1, 3, 0][..], &line(&character(3, 'x')), &[0]].concat();
    let comment = |part: &[u8]| {
        let total = u32::try_from(mtef.len()).unwrap().to_le_bytes();
        let here = u32::try_from(part.len()).unwrap().to_le_bytes();
        [
            b"AppsMFCC\x01\x00".as_slice(),
            &total,
            &here,
            b"Design Science, Inc.\0",
            part,
        ]
        .concat()
    };
    let file = [
        b"\xd7\xcd\xc6\x9a placeable metafile".as_slice(),
        &comment(&mtef[..6]),
        b"....",
        &comment(&mtef[6..]),
    ]
    .concat();
    assert!(convert(&file).unwrap().to_string().contains("<mi>x</mi>"));
}

#[test]
fn hostile_bytes_are_refused_with_a_reason() {
    assert_eq!(convert(b""), Err(Error::NoEquation));
    assert_eq!(
        convert(&[3, 1, 1, 3, 0, 0x03, 99, 0, 0, 0]),
        Err(Error::Template(99))
    );
    assert_eq!(convert(&[3, 1, 1, 3, 0, 0x01]), Err(Error::Broken(6)));
    let deep = [&[3u8, 1, 1, 3, 0][..], &[0x01; 5000]].concat();
    assert_eq!(convert(&deep), Err(Error::TooComplex));
    assert_eq!(convert(&vec![0; MAX_BYTES + 1]), Err(Error::TooLarge));
}

proptest! {
    #[test]
    fn any_bytes_end(version in 2u8..=5, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let bytes = [&[version, 1, 1, 3, 0][..], &bytes].concat();
        if let Ok(formula) = convert(&bytes) {
            let text = formula.to_string();
            prop_assert!(roxmltree::Document::parse(&text).is_ok() || text.chars().any(char::is_control));
        }
    }

    #[test]
    fn any_records_end(kinds in proptest::collection::vec(prop_oneof![Just(1u8), Just(2), Just(3), Just(4), Just(5), Just(0), Just(0x22), any::<u8>()], 0..60)) {
        let bytes = [&[3u8, 1, 1, 3, 0][..], &kinds].concat();
        let _ = convert(&bytes);
    }
}
