//! The test authority's certificates and security objects, judged by OpenSSL.

use std::{fs, path::Path, process::Command, time::SystemTime};

use exam_tests::pki::{LdsVersion, SecurityObject, SignerKind, TestPki, Validity};

/// id-signedData lies in EF.SOD behind the tag 77 and its length.
fn cms(sod: &[u8]) -> &[u8] {
    let (tag, value, rest) = exam_tests::tlv::next(sod).expect("EF.SOD is one object");
    assert_eq!((tag, rest.len()), (0x77, 0));
    value
}

fn openssl(folder: &Path, arguments: &str) -> Option<bool> {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: openssl is not installed");
        return None;
    };
    if !output.status.success() {
        eprintln!("openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Some(output.status.success())
}

const VERIFY_CMS: &str =
    "cms -verify -inform DER -in sod.cms -CAfile csca.pem -purpose any -binary -out content.der";

#[test]
fn openssl_accepts_the_country_and_no_look_alike() {
    let folder = tempfile::tempdir().unwrap();
    let pki = TestPki::new(7).unwrap();
    fs::write(
        folder.path().join("csca.pem"),
        pki.country.certificate_pem().unwrap(),
    )
    .unwrap();
    for kind in [SignerKind::P256, SignerKind::Brainpool, SignerKind::Rsa] {
        for version in [LdsVersion::V0, LdsVersion::V1] {
            for (authority, expected) in [
                (&pki.country, true),
                (&pki.look_alike, false),
                (&pki.stranger, false),
            ] {
                let signer = authority.document_signer(kind, Validity::Current).unwrap();
                let mut object = SecurityObject::new(version);
                object.cover(1, b"one");
                object.cover(14, b"fourteen");
                fs::write(folder.path().join("sod.cms"), cms(&object.sign(&signer).unwrap())).unwrap();
                if let Some(accepted) = openssl(folder.path(), VERIFY_CMS) {
                    assert_eq!(accepted, expected, "{kind:?} {version:?}");
                }
            }
        }
    }
}

#[test]
fn openssl_refuses_an_expired_signer_and_a_future_one() {
    let folder = tempfile::tempdir().unwrap();
    let pki = TestPki::new(8).unwrap();
    fs::write(
        folder.path().join("csca.pem"),
        pki.country.certificate_pem().unwrap(),
    )
    .unwrap();
    for (validity, expected) in [
        (Validity::Current, true),
        (Validity::Expired, false),
        (Validity::Future, false),
    ] {
        let signer = pki.country.document_signer(SignerKind::P256, validity).unwrap();
        fs::write(folder.path().join("ds.der"), signer.certificate_der().unwrap()).unwrap();
        openssl(folder.path(), "x509 -inform DER -in ds.der -out ds.pem");
        if let Some(accepted) = openssl(folder.path(), "verify -CAfile csca.pem ds.pem") {
            assert_eq!(accepted, expected, "{validity:?}");
        }
    }
}

#[test]
fn openssl_reads_the_revocation_list_and_refuses_whom_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let country = TestPki::new(9).unwrap().country;
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("csca.pem", country.certificate_pem().unwrap().as_bytes());
    write("list.der", &country.revocation_list(SystemTime::now()).unwrap());
    for kind in [SignerKind::P256, SignerKind::Brainpool, SignerKind::Rsa] {
        for (validity, expected) in [(Validity::Current, true), (Validity::Revoked, false)] {
            let signer = country.document_signer(kind, validity).unwrap();
            write("ds.der", &signer.certificate_der().unwrap());
            let commands = [
                "x509 -inform DER -in ds.der -out ds.pem",
                "crl -inform DER -in list.der -CAfile csca.pem -out list.pem",
            ];
            for command in commands {
                assert_ne!(openssl(folder.path(), command), Some(false), "{command}");
            }
            let verify = "verify -crl_check -CAfile csca.pem -CRLfile list.pem ds.pem";
            if let Some(accepted) = openssl(folder.path(), verify) {
                assert_eq!(accepted, expected, "{kind:?} {validity:?}");
            }
        }
    }
}

#[test]
fn openssl_sees_when_a_country_has_expired() {
    let folder = tempfile::tempdir().unwrap();
    let country = TestPki::new(10).unwrap().country;
    let signer = country
        .document_signer(SignerKind::P256, Validity::Current)
        .unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("ds.der", &signer.certificate_der().unwrap());
    openssl(folder.path(), "x509 -inform DER -in ds.der -out ds.pem");
    for (certificate, expected) in [
        (country.certificate_pem(), true),
        (country.expired_certificate_pem(), false),
    ] {
        write("csca.pem", certificate.unwrap().as_bytes());
        if let Some(accepted) = openssl(folder.path(), "verify -CAfile csca.pem ds.pem") {
            assert_eq!(accepted, expected);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_certificates() {
    let pem = |seed| TestPki::new(seed).unwrap().country.certificate_pem().unwrap();
    assert_eq!(pem(1), pem(1));
    assert_ne!(pem(1), pem(2));
}
