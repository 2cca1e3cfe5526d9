//! The groups against the worked examples of ICAO 9303-11 and against OpenSSL's own constants.

use super::*;
use crate::emrtd::cipher::Suite;
use crate::emrtd::pace::mapping::pseudo_random;
use std::process::Command;

fn bytes(hexadecimal: &str) -> Vec<u8> {
    hex::decode(hexadecimal.replace(' ', "")).unwrap()
}

/// Appendix H.1: R(s, t) encoded as a point of brainpoolP256r1.
#[test]
fn integrated_mapping_on_a_curve() {
    let group = standardised(13).unwrap();
    let random = pseudo_random(
        Suite::Aes128,
        &bytes("2923BE84E16CD6AE529049F1F1BBE9EB"),
        &bytes("5DD4CBFC96F5453B130D890A1CDBAE32"),
        group.field_bits(),
    );
    let random = random.unwrap();
    let expected =
        "E4447E2DFB3586BAC05DDB00156B57FBB2179A3949294C97254189800C517BAA8DA0FF397ED8C445D3E421E4FEB57322";
    assert_eq!(*random, bytes(expected));
    let generator = group.generator_from(&random).unwrap();
    assert_eq!(
        generator.bytes(),
        bytes(
            "04 8E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427 \
             4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD"
        )
    );
}

/// Appendix H.2: the mapped generator, both public keys and the shared secret in the 1024-bit group.
#[test]
fn integrated_mapping_in_a_modular_group() {
    let group = standardised(0).unwrap();
    let random = pseudo_random(
        Suite::Aes128,
        &bytes("FA5B7E3E49753A0DB9178B7B9BD898C8"),
        &bytes("B3A6DB3C870C3E99245E0D1C06B747DE"),
        group.field_bits(),
    );
    let generator = group.generator_from(&random.unwrap()).unwrap();
    assert_eq!(
        generator.bytes(),
        bytes(
            "1D7D767F11E333BCD6DBAEF40E799E7A926B96973550656FF3C830726D118D61C276CDCC61D475CF03A98E0C0E79CAEB \
             A5BE25578BD4551D0B10903236F0B0F976852FA78EEA14EA0ACA87D1E91F688FE0DFF897BBE35A472621D343564B262F \
             34223AE8FC59B664BFEDFA2BFE7516CA5510A6BBB633D517EC25D4E0BBAA16C2"
        )
    );
    let chip = bytes(
        "928D9A0F9DBA450F13FC859C6F290D1D36E42431138A4378500BEB4E0401854CFF111F71CB6DC1D0335807A11388CC8E \
         AA87B07907AAD9FBA6B169AF6D8C26AF8DDDC39ADC3AD2E3FF882B84D23E9768E95A80E4746FB07A9767679FE92133B4 \
         D379935C771BD7FBED6C7BB4B1708B275EA75679524CDC9C6A91370CC662A2F3",
    );
    let terminal = bytes(
        "4BD0E54740F9A028E6A515BFDAF967848C4F5F5FFF65AA0915947FFD1A0DF2FA6981271BC905F3551457B7E03AC3B806 \
         6DE4AA406C1171FB43DD939C4BA16175103BA3DEE16419AA248118F90CC36A3D6F4C373652E0C3CCE7F0F1D0C5425B36 \
         00F0F0D6A67F004C8BBA33F2B4733C7252445C1DFC4F1107203F71D2EFB28161",
    );
    let secret = group.act(&terminal, &group.element(&chip).unwrap()).unwrap();
    assert_eq!(
        *group.agreed(&secret),
        bytes(
            "419410D6C0A17A4C07C54872CE1CBCEB0A2705C1A434C8A89A4CFE41F1D78124CA7EC52BDE7615E5345E48AB1ABB6E7D \
             1D59A57F3174084D3CA4570397C1F62228BDFDB2DA191EA2239E2C060DBE3BBC23C2FCD0AF12E0F9E0B99FCF91FF1959 \
             011D5798B2FCBC1F14FCC24E441F4C8F9B08D977E9498560E63E7FFAB3134EA7"
        )
    );
}

#[test]
fn both_sides_agree_in_every_group_and_order_is_the_order() {
    for (id, group) in STANDARDISED {
        let rng = &mut rand::rng();
        let nonce = [0xA5; 16];
        let generator = group.act(&nonce, &group.base()).unwrap();
        let generator = group.combine(&generator, &group.base()).unwrap();
        let one = KeyPair::generate(group, &generator, rng);
        let other = KeyPair::generate(group, &generator, rng);
        let public = group
            .element(one.public().bytes())
            .expect("a public key is valid");
        assert_eq!(
            other.shared_secret(&public),
            one.shared_secret(other.public()),
            "{id}"
        );
        assert!(group.generator_from(&[0x5A; 80]).is_some() || id == 10, "{id}");
    }
}

#[test]
fn what_is_outside_the_group_is_refused() {
    for (id, group) in STANDARDISED {
        let base = group.base().bytes().to_vec();
        let mut changed = base.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(group.element(&base).is_some(), "{id}");
        assert!(group.element(&changed).is_none(), "{id}: beside it");
        assert!(group.element(&base[1..]).is_none(), "{id}: short");
        assert!(group.element(&[&base[..], &[0]].concat()).is_none(), "{id}: long");
        assert!(group.element(&vec![0; base.len()]).is_none(), "{id}: zero");
        assert!(
            group.element(&vec![0xFF; base.len()]).is_none(),
            "{id}: above the prime"
        );
        let mut one = vec![0; base.len()];
        *one.last_mut().unwrap() = 1;
        assert!(group.element(&one).is_none(), "{id}: one");
        assert!(
            group.element(&[]).is_none() && group.element(&[0]).is_none(),
            "{id}"
        );
    }
    // p - 1 has order two.
    let prime = bytes(
        "B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2EE652C0 \
         13ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA31A4FF55BCCC0 \
         A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4370",
    );
    assert!(standardised(0).unwrap().element(&prime).is_none());
}

/// The text of one field of `openssl ecparam -text`.
fn field(text: &str, name: &str) -> Vec<u8> {
    let lines = text.lines().skip_while(|line| !line.starts_with(name)).skip(1);
    let hexadecimal: String = lines
        .take_while(|line| line.starts_with(' '))
        .flat_map(|line| line.chars().filter(char::is_ascii_hexdigit))
        .collect();
    hex::decode(hexadecimal).unwrap()
}

#[test]
fn openssl_has_the_same_constants() {
    for (id, name) in [
        (10, "secp224r1"),
        (11, "brainpoolP224r1"),
        (12, "prime256v1"),
        (13, "brainpoolP256r1"),
        (14, "brainpoolP320r1"),
        (15, "secp384r1"),
        (16, "brainpoolP384r1"),
        (17, "brainpoolP512r1"),
        (18, "secp521r1"),
    ] {
        let output = Command::new("openssl")
            .args([
                "ecparam",
                "-name",
                name,
                "-param_enc",
                "explicit",
                "-text",
                "-noout",
            ])
            .output();
        let Ok(output) = output else {
            eprintln!("skipped: openssl is not installed");
            return;
        };
        let text = String::from_utf8(output.stdout).unwrap();
        let (prime, a, b) = (field(&text, "Prime"), field(&text, "A:"), field(&text, "B:"));
        let (base, order) = (field(&text, "Generator"), field(&text, "Order"));
        let explicit = |a| Explicit::Curve {
            prime: &prime,
            a,
            b: &b,
            base: &base,
            order: &order,
            cofactor: Some(&[1]),
        };
        assert_eq!(
            spelt_out(&explicit(&a)).map(|group| group.base().bytes().to_vec()),
            Some(base.clone()),
            "{name}"
        );
        assert!(standardised(id).unwrap().is(&explicit(&a)), "{name}");
        let mut other = a.clone();
        other[0] ^= 1;
        assert!(spelt_out(&explicit(&other)).is_none(), "{name}: another curve");
    }
}
