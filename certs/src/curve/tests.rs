//! The tables: constants that hang together, RFC 7027's agreement, and signatures that OpenSSL made on every curve.

use super::*;
use crate::algorithm::Digest;
use crate::public_key::{Arithmetic, Curve, EcPublicKey, PublicKey};
use primefield::ff::{Field as _, PrimeField};
use primeorder::{PrimeCurveParams, ProjectivePoint};
use std::path::Path;
use std::process::Command;

fn bytes(hexadecimal: &str) -> Vec<u8> {
    hex::decode(hexadecimal).unwrap()
}

/// The order times the base point is infinity, and the constants named non-residues are.
fn hangs_together<C: PrimeCurveParams>() {
    let last = ProjectivePoint::<C>::GENERATOR * (C::Scalar::ZERO - C::Scalar::ONE);
    assert_eq!(
        last + ProjectivePoint::<C>::GENERATOR,
        ProjectivePoint::<C>::IDENTITY
    );
    assert_eq!(last, -ProjectivePoint::<C>::GENERATOR);
    let field = C::FieldElement::MULTIPLICATIVE_GENERATOR;
    let scalar = C::Scalar::MULTIPLICATIVE_GENERATOR;
    assert!(bool::from(field.sqrt().is_none() & scalar.sqrt().is_none()));
    assert_eq!(field.square().sqrt().unwrap().square(), field.square());
}

#[test]
fn the_constants_hang_together() {
    hangs_together::<P224>();
    hangs_together::<BrainpoolP224r1>();
    hangs_together::<BrainpoolP320r1>();
    hangs_together::<BrainpoolP512r1>();
}

/// RFC 7027, appendix A.3: both public keys and the shared x-coordinate.
#[test]
fn the_worked_example_on_brainpool_p512r1() {
    let (d_a, d_b) = (
        "16302FF0DBBB5A8D733DAB7141C1B45ACBC8715939677F6A56850A38BD87BD59B09E80279609FF333EB9D4C061231FB2\
         6F92EEB04982A5F1D1764CAD57665422",
        "230E18E1BCC88A362FA54E4EA3902009292F7F8033624FD471B5D8ACE49D12CFABBC19963DAB8E2F1EBA00BFFB29E4D7\
         2D13F2224562F405CB80503666B25429",
    );
    let q_a = "040A420517E406AAC0ACDCE90FCD71487718D3B953EFD7FBEC5F7F27E28C6149999397E91E029E06457DB2D3E640668B39\
               2C2A7E737A7F0BF04436D11640FD09FD72E6882E8DB28AAD36237CD25D580DB23783961C8DC52DFA2EC138AD472A0FCE\
               F3887CF62B623B2A87DE5C588301EA3E5FC269B373B60724F5E82A6AD147FDE7";
    let q_b = "049D45F66DE5D67E2E6DB6E93A59CE0BB48106097FF78A081DE781CDB31FCE8CCBAAEA8DD4320C4119F1E9CD437A2EAB37\
               31FA9668AB268D871DEDA55A5473199F2FDC313095BCDD5FB3A91636F07A959C8E86B5636A1E930E8396049CB481961D\
               365CC11453A06C719835475B12CB52FC3C383BCE35E27EF194512B71876285FA";
    let shared = "A7927098655F1F9976FA50A9D566865DC530331846381C87256BAF3226244B76D36403C024D7BBF0AA0803EAFF405D3D\
                  24F11A9B5C0BEF679FE1454B21C4CD1F";
    let agree = Arithmetic::of(Curve::BrainpoolP512r1).agree;
    for (own, public, other) in [(d_a, q_a, q_b), (d_b, q_b, q_a)] {
        let (ephemeral, x) = agree(&bytes(other), &bytes(own)).unwrap();
        assert_eq!(ephemeral, bytes(public));
        assert_eq!(*x, bytes(shared));
    }
}

fn openssl(folder: &Path, arguments: &str) -> Vec<u8> {
    let run = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "openssl {arguments}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    run.stdout
}

const CURVES: [(&str, Curve); 9] = [
    ("secp224r1", Curve::P224),
    ("brainpoolP224r1", Curve::BrainpoolP224r1),
    ("prime256v1", Curve::P256),
    ("brainpoolP256r1", Curve::BrainpoolP256r1),
    ("brainpoolP320r1", Curve::BrainpoolP320r1),
    ("secp384r1", Curve::P384),
    ("brainpoolP384r1", Curve::BrainpoolP384r1),
    ("brainpoolP512r1", Curve::BrainpoolP512r1),
    ("secp521r1", Curve::P521),
];

/// OpenSSL signs with digests shorter and longer than the order; every signature fits, and no other message.
#[test]
fn openssl_signs_on_every_curve() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("message"), b"a message").unwrap();
    for (name, curve) in CURVES {
        openssl(
            folder.path(),
            &format!("ecparam -name {name} -genkey -noout -out key"),
        );
        let spki = openssl(folder.path(), "pkey -in key -pubout -outform DER");
        let PublicKey::Ec(key) = PublicKey::from_spki(&spki).unwrap() else {
            panic!("{name}: another kind of key")
        };
        assert_eq!(key.curve(), curve);
        for digest in [
            Digest::Sha1,
            Digest::Sha224,
            Digest::Sha256,
            Digest::Sha384,
            Digest::Sha512,
        ] {
            let option = format!("{digest:?}").to_lowercase();
            let signature = openssl(folder.path(), &format!("dgst -{option} -sign key message"));
            assert!(key.verify(digest, b"a message", &signature), "{name} {digest:?}");
            assert!(
                !key.verify(digest, b"another message", &signature),
                "{name} {digest:?}"
            );
        }
    }
}

/// OpenSSL agrees on the same x-coordinate.
#[test]
fn openssl_agrees_on_every_curve() {
    let folder = tempfile::tempdir().unwrap();
    for (name, curve) in CURVES {
        for key in ["one", "other"] {
            openssl(
                folder.path(),
                &format!("ecparam -name {name} -genkey -noout -out {key}"),
            );
            openssl(folder.path(), &format!("pkey -in {key} -pubout -out {key}.pub"));
        }
        let expected = openssl(folder.path(), "pkeyutl -derive -inkey one -peerkey other.pub");
        let spki = openssl(folder.path(), "pkey -pubin -in other.pub -outform DER -pubout");
        let PublicKey::Ec(other) = PublicKey::from_spki(&spki).unwrap() else {
            panic!("{name}: another kind of key")
        };
        let text = String::from_utf8(openssl(folder.path(), "pkey -in one -noout -text")).unwrap();
        let private: String = text
            .lines()
            .skip_while(|line| !line.starts_with("priv:"))
            .skip(1)
            .take_while(|line| line.starts_with(' '))
            .flat_map(|line| line.chars().filter(char::is_ascii_hexdigit))
            .collect();
        let private = bytes(&private);
        let len = other.point().len() / 2;
        let surplus = private.len().saturating_sub(len);
        let scalar = [
            vec![0; len.saturating_sub(private.len())].as_slice(),
            &private[surplus..],
        ]
        .concat();
        let (_, shared) = (Arithmetic::of(curve).agree)(other.point(), &scalar).unwrap();
        assert_eq!(*shared, expected, "{name}");
    }
}

#[test]
fn signatures_out_of_range_are_refused() {
    for (name, curve) in CURVES {
        let base = EcPublicKey::base(curve);
        let len = base.point().len() / 2;
        let (zero, most) = (vec![0; len], vec![0xff; len]);
        let one = [vec![0; len - 1], vec![1]].concat();
        for (r, s) in [
            (&zero, &one),
            (&one, &zero),
            (&most, &one),
            (&one, &most),
            (&one, &one),
        ] {
            let signature = [r.as_slice(), s].concat();
            assert!(
                !base.verify_plain(Digest::Sha256, b"message", &signature),
                "{name}"
            );
        }
        let agree = Arithmetic::of(curve).agree;
        assert!(
            agree(base.point(), &zero).is_none() && agree(base.point(), &most).is_none(),
            "{name}"
        );
    }
}
