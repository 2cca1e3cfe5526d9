//! The exam CA through its public door, checked by our own rules and by the `openssl` command as outside judge.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use certs::authority::{ExamAuthority, Issued, STATION_URI_PREFIX};
use certs::signing::SigningKey;
use certs::x509::{StationIdentity, der_from_pem, receipt_key, station_identity};
use certs::{Kind, Time, Validity};
use ring::rand::SystemRandom;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const STATION: &str = "00112233445566778899aabbccddeeff";

fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Time(i64::try_from(seconds).unwrap())
}

fn year() -> Validity {
    Validity::days_from(now(), 365)
}

fn authority() -> ExamAuthority {
    ExamAuthority::create("Hội đồng thi thử", year()).unwrap()
}

fn server(authority: &ExamAuthority) -> Issued {
    let names = ["thi.example.vn", "localhost", "127.0.0.1", "::1"].map(str::to_owned);
    authority.issue_server(&names, year()).unwrap()
}

#[test]
fn stations_are_known_by_their_certificates() {
    let authority = authority();
    let station = authority
        .issue_station(STATION, "Cổng A – máy 1", year())
        .unwrap();
    let der = der_from_pem(&station.certificate_pem).unwrap();
    let expected = StationIdentity {
        id_hex: STATION.to_owned(),
        name: "Cổng A – máy 1".to_owned(),
    };
    assert_eq!(station_identity(&der), Ok(expected));

    for other in [
        server(&authority).certificate_pem.as_str(),
        authority.certificate_pem(),
    ] {
        let refused = station_identity(&der_from_pem(other).unwrap()).unwrap_err();
        assert_eq!(refused.kind(), Kind::WrongPurpose);
    }
    for bad in [
        "",
        "0011",
        "00112233445566778899AABBCCDDEEFF",
        "00112233445566778899aabbccddeefg",
    ] {
        assert_eq!(
            authority.issue_station(bad, "x", year()).unwrap_err().kind(),
            Kind::Argument
        );
    }
    assert_eq!(
        authority.issue_station(STATION, " ", year()).unwrap_err().kind(),
        Kind::Argument
    );
    assert_eq!(
        authority.issue_server(&[], year()).unwrap_err().kind(),
        Kind::Argument
    );
    assert_eq!(
        authority
            .issue_server(&["khổng lồ".to_owned()], year())
            .unwrap_err()
            .kind(),
        Kind::Argument
    );
}

#[test]
fn receipt_keys_are_verified_up_to_the_authority() {
    let authority = authority();
    let key = SigningKey::generate(&SystemRandom::new()).unwrap();
    let issue = |by: &ExamAuthority, validity| {
        der_from_pem(&by.issue_receipt_signer(&key, validity).unwrap()).unwrap()
    };
    let ca = der_from_pem(authority.certificate_pem()).unwrap();
    let leaf = issue(&authority, year());
    assert_eq!(receipt_key(&leaf, &ca, now()), Ok(key.public_key()));
    let refused = |leaf: &[u8], ca: &[u8], at| receipt_key(leaf, ca, at).unwrap_err().kind();

    let look_alike = self::authority();
    assert_eq!(
        refused(&issue(&look_alike, year()), &ca, now()),
        Kind::NotAuthentic
    );
    let other_name = ExamAuthority::create("Another", year()).unwrap();
    assert_eq!(
        refused(&issue(&other_name, year()), &ca, now()),
        Kind::NotAuthentic
    );
    assert_eq!(
        refused(&leaf, &ca, Time(now().0 + 366 * 86_400)),
        Kind::OutsideValidity
    );
    assert_eq!(
        refused(&leaf, &ca, Time(now().0 - 2 * 86_400)),
        Kind::OutsideValidity
    );
    assert_eq!(
        refused(&leaf, &leaf, now()),
        Kind::WrongPurpose,
        "a leaf is no authority"
    );
    assert_eq!(
        refused(&ca, &ca, now()),
        Kind::WrongPurpose,
        "the authority signs no receipts"
    );
    let station = authority.issue_station(STATION, "x", year()).unwrap();
    let station = der_from_pem(&station.certificate_pem).unwrap();
    assert_eq!(refused(&station, &ca, now()), Kind::WrongPurpose);
    let mut changed = leaf.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(matches!(refused(&changed, &ca, now()), Kind::NotAuthentic));
    assert_eq!(
        refused(&[leaf.as_slice(), &[0]].concat(), &ca, now()),
        Kind::Malformed
    );
    for cut in 0..leaf.len() {
        assert!(receipt_key(&leaf[..cut], &ca, now()).is_err());
    }
}

#[test]
fn the_authority_survives_its_files() {
    let authority = authority();
    let again = ExamAuthority::from_pem(authority.certificate_pem(), &authority.key_pem()).unwrap();
    let key = SigningKey::generate(&SystemRandom::new()).unwrap();
    let leaf = der_from_pem(&again.issue_receipt_signer(&key, year()).unwrap()).unwrap();
    let ca = der_from_pem(authority.certificate_pem()).unwrap();
    assert_eq!(receipt_key(&leaf, &ca, now()), Ok(key.public_key()));

    let other_key = key.to_pkcs8_pem();
    assert_eq!(
        ExamAuthority::from_pem(authority.certificate_pem(), &other_key)
            .unwrap_err()
            .kind(),
        Kind::Key
    );
    let station = authority.issue_station(STATION, "x", year()).unwrap();
    let refused = ExamAuthority::from_pem(&station.certificate_pem, &station.key_pem).unwrap_err();
    assert_eq!(refused.kind(), Kind::WrongPurpose);
    assert!(!format!("{authority:?} {station:?}").contains("PRIVATE"));
}

/// Runs `openssl` in `dir`; nothing when the command is not there.
fn openssl(dir: &Path, line: &str) -> Option<(bool, String)> {
    let Ok(output) = Command::new("openssl")
        .args(line.split_whitespace())
        .current_dir(dir)
        .output()
    else {
        println!("skipped: the command openssl is not there");
        return None;
    };
    let text = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

/// Lines for `openssl`, and whether it must agree.
const OUTSIDE_JUDGE: [(&str, bool); 10] = [
    (
        "verify -x509_strict -purpose sslserver -verify_hostname thi.example.vn -CAfile ca.pem server.pem",
        true,
    ),
    (
        "verify -x509_strict -purpose sslserver -verify_ip 127.0.0.1 -CAfile ca.pem server.pem",
        true,
    ),
    (
        "verify -x509_strict -purpose sslserver -verify_hostname other.vn -CAfile ca.pem server.pem",
        false,
    ),
    (
        "verify -x509_strict -purpose sslclient -CAfile ca.pem station.pem",
        true,
    ),
    (
        "verify -x509_strict -purpose sslserver -CAfile ca.pem station.pem",
        false,
    ),
    (
        "verify -x509_strict -purpose sslclient -CAfile ca.pem server.pem",
        false,
    ),
    ("verify -x509_strict -CAfile ca.pem receipt.pem", true),
    (
        "verify -x509_strict -purpose sslclient -CAfile ca.pem receipt.pem",
        false,
    ),
    ("verify -x509_strict -CAfile ca.pem ca.pem", true),
    ("pkey -in server.key -check -noout", true),
];

#[test]
fn an_outside_judge_agrees_about_certificates() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    let authority = authority();
    let server = server(&authority);
    let station = authority.issue_station(STATION, "Gate A", year()).unwrap();
    let key = SigningKey::generate(&SystemRandom::new()).unwrap();
    write("ca.pem", authority.certificate_pem());
    write("server.pem", &server.certificate_pem);
    write("server.key", &server.key_pem);
    write("station.pem", &station.certificate_pem);
    write(
        "receipt.pem",
        &authority.issue_receipt_signer(&key, year()).unwrap(),
    );

    for (line, expected) in OUTSIDE_JUDGE {
        let Some((success, text)) = openssl(dir.path(), line) else {
            return;
        };
        assert_eq!(success, expected, "{line}: {text}");
    }
    let (_, ca) = openssl(dir.path(), "x509 -in ca.pem -noout -text").unwrap();
    assert!(
        ca.contains("CA:TRUE, pathlen:0") && ca.contains("Certificate Sign, CRL Sign"),
        "{ca}"
    );
    let (_, station) = openssl(dir.path(), "x509 -in station.pem -noout -text").unwrap();
    assert!(
        station.contains(&format!("URI:{STATION_URI_PREFIX}{STATION}")),
        "{station}"
    );
    assert!(station.contains("TLS Web Client Authentication"), "{station}");
}

#[test]
fn an_outside_judge_agrees_about_signatures() {
    let dir = tempfile::tempdir().unwrap();
    let key = SigningKey::generate(&SystemRandom::new()).unwrap();
    let envelope = key
        .sign_cose(&SystemRandom::new(), "a/b", b"payload".to_vec())
        .unwrap();
    let envelope = certs::cose::Envelope::parse(&envelope).unwrap();
    std::fs::write(dir.path().join("key.pem"), key.to_pkcs8_pem()).unwrap();
    std::fs::write(dir.path().join("message"), envelope.to_be_signed()).unwrap();
    // r ‖ s as a DER sequence of two integers, each with a zero byte where its first bit is set.
    let integer = |bytes: &[u8]| {
        let digits = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap()..];
        let sign: &[u8] = if digits[0] & 0x80 == 0 { &[] } else { &[0] };
        let length = u8::try_from(sign.len() + digits.len()).unwrap();
        [&[0x02, length], sign, digits].concat()
    };
    let (r, s) = envelope.signature().split_at(32);
    let content = [integer(r), integer(s)].concat();
    let der = [&[0x30, u8::try_from(content.len()).unwrap()], content.as_slice()].concat();
    std::fs::write(dir.path().join("signature"), der).unwrap();
    let Some((success, text)) = openssl(dir.path(), "pkey -in key.pem -pubout -out public.pem") else {
        return;
    };
    assert!(success, "{text}");
    let (success, text) = openssl(
        dir.path(),
        "dgst -sha256 -verify public.pem -signature signature message",
    )
    .unwrap();
    assert!(success, "{text}");
}
