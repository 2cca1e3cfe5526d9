//! The exam CA through its public door, checked by our own rules and by the `openssl` command as outside judge.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use certs::authority::{
    CertificationRequest, DESK_URI_PREFIX, ExamRoot, Issued, IssuingAuthority, Machine, MachineKind, Reason,
    Revoked, SEAT_URI_PREFIX, STATION_URI_PREFIX, certification_request,
};
use certs::signing::SigningKey;
use certs::time::BACKDATED_DAYS;
use certs::x509::{
    MachineIdentity, StationIdentity, chain_from_pem, check_issuing, check_root, der_from_pem,
    fingerprint_code, machine_identity, receipt_key, serial, station_identity, validity,
};
use certs::{Kind, Time, Validity};
use ring::rand::SystemRandom;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const ID: &str = "00112233445566778899aabbccddeeff";
const DAY: i64 = 86_400;

fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Time(i64::try_from(seconds).unwrap())
}

fn year() -> Validity {
    Validity::days_from(now(), 365)
}

fn root() -> ExamRoot {
    ExamRoot::create("Hội đồng thi thử", year()).unwrap()
}

fn issuing(root: &ExamRoot) -> IssuingAuthority {
    let validity = Validity::backdated(now(), BACKDATED_DAYS, 90);
    root.issue_authority("Máy chủ thi", validity).unwrap()
}

fn key() -> SigningKey {
    SigningKey::generate(&SystemRandom::new()).unwrap()
}

fn server(authority: &IssuingAuthority) -> Issued {
    let names = ["thi.example.vn", "localhost", "127.0.0.1", "::1"].map(str::to_owned);
    authority.issue_server(&names, year()).unwrap()
}

fn machine(kind: MachineKind) -> Machine<'static> {
    let name = "Cổng A – máy 1";
    Machine {
        kind,
        id_hex: ID,
        name,
    }
}

fn der(issued: &Issued) -> Vec<u8> {
    der_from_pem(&issued.certified.certificate_pem).unwrap()
}

#[test]
fn machines_are_known_by_their_certificates() {
    let root = root();
    let authority = issuing(&root);
    for kind in [MachineKind::Desk, MachineKind::Seat] {
        let issued = authority.issue_machine(machine(kind), year()).unwrap();
        let expected = MachineIdentity {
            kind,
            id_hex: ID.to_owned(),
            name: "Cổng A – máy 1".to_owned(),
            serial: issued.certified.serial.clone(),
        };
        assert_eq!(machine_identity(&der(&issued)), Ok(expected));
        assert_eq!(serial(&der(&issued)).unwrap(), issued.certified.serial);
        assert_eq!(issued.certified.serial.len(), 32);
    }
    let seat = authority
        .issue_machine(machine(MachineKind::Seat), year())
        .unwrap();
    assert_eq!(
        station_identity(&der(&seat)).unwrap_err().kind(),
        Kind::WrongPurpose,
        "a seat is no desk"
    );
    let desk = authority.issue_station(ID, "x", year()).unwrap();
    let expected = StationIdentity {
        id_hex: ID.to_owned(),
        name: "x".to_owned(),
    };
    assert_eq!(station_identity(&der(&desk)), Ok(expected));
    for other in [
        server(&authority).certified.certificate_pem.as_str(),
        root.certificate_pem(),
        authority.certificate_pem(),
    ] {
        let refused = machine_identity(&der_from_pem(other).unwrap()).unwrap_err();
        assert_eq!(refused.kind(), Kind::WrongPurpose);
    }
}

#[test]
fn impossible_names_are_refused() {
    let root = root();
    let authority = issuing(&root);
    let kind = |result: certs::Result<Issued>| result.unwrap_err().kind();
    for bad in [
        "",
        "0011",
        "00112233445566778899AABBCCDDEEFF",
        "00112233445566778899aabbccddeefg",
    ] {
        assert_eq!(kind(authority.issue_station(bad, "x", year())), Kind::Argument);
    }
    assert_eq!(kind(authority.issue_station(ID, " ", year())), Kind::Argument);
    assert_eq!(
        kind(authority.issue_station(ID, &"x".repeat(65), year())),
        Kind::Argument
    );
    assert_eq!(kind(authority.issue_server(&[], year())), Kind::Argument);
    assert_eq!(
        kind(authority.issue_server(&["khổng lồ".to_owned()], year())),
        Kind::Argument
    );
    let same = root.issue_authority("Hội đồng thi thử", year()).unwrap_err();
    assert_eq!(same.kind(), Kind::Argument, "chains are built by name");
}

/// A machine's certificate as another program with the issuing key could make it.
fn foreign(change: impl FnOnce(&mut rcgen::CertificateParams), key: &rcgen::KeyPair) -> Vec<u8> {
    let authority = issuing(&root());
    let issuer = rcgen::KeyPair::from_pem(&authority.key_pem()).unwrap();
    let issuer = rcgen::Issuer::from_ca_cert_pem(authority.certificate_pem(), issuer).unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Cổng");
    let uri = format!("{STATION_URI_PREFIX}{ID}");
    params.subject_alt_names = vec![rcgen::SanType::URI(uri.as_str().try_into().unwrap())];
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    change(&mut params);
    params.signed_by(key, &issuer).unwrap().der().to_vec()
}

#[test]
fn a_machines_certificate_has_one_shape() {
    let p256 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let old = machine_identity(&foreign(|_| {}, &p256)).unwrap();
    assert_eq!(
        (old.kind, old.id_hex.as_str()),
        (MachineKind::Desk, ID),
        "the name up to 0.1"
    );
    let kind = |der: Vec<u8>| machine_identity(&der).unwrap_err().kind();
    let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    assert_eq!(kind(foreign(|_| {}, &p384)), Kind::Key);
    let uri = |name: &str| rcgen::SanType::URI(name.try_into().unwrap());
    let wrong: [fn(&mut rcgen::CertificateParams); 5] = [
        |params| params.extended_key_usages.clear(),
        |params| params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth],
        |params| params.subject_alt_names.clear(),
        |params| params.key_usages = vec![rcgen::KeyUsagePurpose::KeyAgreement],
        |params| params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained),
    ];
    for change in wrong {
        assert_eq!(kind(foreign(change, &p256)), Kind::WrongPurpose);
    }
    for names in [
        vec![uri("urn:truong-thi:desk:0011")],
        vec![uri(&format!("urn:truong-thi:room:{ID}"))],
        vec![
            uri(&format!("{DESK_URI_PREFIX}{ID}")),
            uri(&format!("{SEAT_URI_PREFIX}{ID}")),
        ],
    ] {
        assert_eq!(
            kind(foreign(|params| params.subject_alt_names = names, &p256)),
            Kind::WrongPurpose
        );
    }
}

#[test]
fn nothing_outlives_its_issuer() {
    let root = root();
    let authority = issuing(&root);
    let ends = authority.validity().not_after;
    let issued = authority.issue_station(ID, "x", year()).unwrap();
    assert_eq!(issued.certified.validity.not_after, ends);
    assert_eq!(validity(&der(&issued)).unwrap(), issued.certified.validity);
    assert!(!format!("{issued:?}").contains("PRIVATE"));
    let long = Validity::backdated(now(), 0, 10_000);
    let clipped = root.issue_authority("Khác", long).unwrap();
    assert_eq!(clipped.validity().not_after, year().not_after);
    let later = Validity {
        not_before: Time(ends.0 + 1),
        not_after: Time(ends.0 + DAY),
    };
    let refused = authority.issue_station(ID, "x", later).unwrap_err();
    assert_eq!(refused.kind(), Kind::OutsideValidity);
}

#[test]
fn requests_give_a_key_and_nothing_else() {
    let authority = issuing(&root());
    let key = key();
    let pem = certification_request(&key, "PC-07").unwrap();
    let request = CertificationRequest::from_pem(&pem).unwrap();
    assert_eq!(request.public_key(), key.public_key());
    let certified = authority
        .certify_machine(&request, machine(MachineKind::Seat), year())
        .unwrap();
    let der = der_from_pem(&certified.certificate_pem).unwrap();
    let identity = machine_identity(&der).unwrap();
    assert_eq!(
        (identity.name.as_str(), identity.serial),
        ("Cổng A – máy 1", certified.serial)
    );
    assert!(!certified.certificate_pem.contains("PC-07"));

    let kind = |pem: &str| CertificationRequest::from_pem(pem).unwrap_err().kind();
    assert_eq!(kind(""), Kind::Malformed);
    assert_eq!(kind(authority.certificate_pem()), Kind::Malformed);
    assert_eq!(kind(&"x".repeat(10_000)), Kind::TooLarge);
    for algorithm in [&rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
        let other = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let request = rcgen::CertificateParams::default()
            .serialize_request(&other)
            .unwrap();
        assert_eq!(kind(&request.pem().unwrap()), Kind::Key);
    }
    // Every changed byte breaks the request or its signature.
    let whole = rcgen::KeyPair::from_pem(&key.to_pkcs8_pem()).unwrap();
    let request = rcgen::CertificateParams::default()
        .serialize_request(&whole)
        .unwrap();
    let text = request.pem().unwrap();
    let body: Vec<char> = text.chars().collect();
    let mut broken = 0;
    for at in (40..body.len() - 40).step_by(7) {
        let mut changed = body.clone();
        changed[at] = if changed[at] == 'A' { 'B' } else { 'A' };
        let changed: String = changed.into_iter().collect();
        broken += usize::from(CertificationRequest::from_pem(&changed).is_err());
    }
    assert_eq!(broken, (40..body.len() - 40).step_by(7).len());
}

#[test]
fn receipt_keys_are_verified_up_to_the_root() {
    let root = root();
    let authority = issuing(&root);
    let key = key();
    let issue = |by: &IssuingAuthority| {
        chain_from_pem(&by.issue_receipt_signer(&key, year()).unwrap().certificate_pem).unwrap()
    };
    let ca = der_from_pem(root.certificate_pem()).unwrap();
    let chain = issue(&authority);
    assert_eq!(receipt_key(&chain, &ca, now()), Ok(key.public_key()));
    let refused = |chain: &[u8], ca: &[u8], at| receipt_key(chain, ca, at).unwrap_err().kind();
    let leaf = der_from_pem(
        &authority
            .issue_receipt_signer(&key, year())
            .unwrap()
            .certificate_pem,
    )
    .unwrap();
    let middle = der_from_pem(authority.certificate_pem()).unwrap();

    assert_eq!(
        refused(&leaf, &ca, now()),
        Kind::NotAuthentic,
        "the link is missing"
    );
    assert_eq!(
        refused(&issue(&issuing(&self::root())), &ca, now()),
        Kind::NotAuthentic
    );
    let other_middle = der_from_pem(issuing(&root).certificate_pem()).unwrap();
    assert_eq!(
        refused(&[leaf.clone(), other_middle].concat(), &ca, now()),
        Kind::NotAuthentic
    );
    assert_eq!(
        refused(&[leaf.clone(), ca.clone()].concat(), &ca, now()),
        Kind::WrongPurpose
    );
    assert_eq!(
        refused(&[leaf.clone(), leaf.clone()].concat(), &ca, now()),
        Kind::WrongPurpose
    );
    let long = [leaf.clone(), middle.clone(), middle.clone()].concat();
    assert_eq!(refused(&long, &ca, now()), Kind::Malformed, "too long");
    assert_eq!(
        refused(&chain, &ca, Time(now().0 + 91 * DAY)),
        Kind::OutsideValidity
    );
    assert_eq!(
        refused(&chain, &ca, Time(now().0 - 2 * DAY)),
        Kind::OutsideValidity,
        "the root is"
    );
    assert_eq!(
        refused(&chain, &middle, now()),
        Kind::NotAuthentic,
        "only a root is trusted"
    );
    assert_eq!(
        refused(&[middle.clone()].concat(), &ca, now()),
        Kind::WrongPurpose
    );
}

#[test]
fn a_changed_or_cut_chain_gives_no_key() {
    let root = root();
    let ca = der_from_pem(root.certificate_pem()).unwrap();
    let certified = issuing(&root).issue_receipt_signer(&key(), year()).unwrap();
    let chain = chain_from_pem(&certified.certificate_pem).unwrap();
    assert!(receipt_key(&chain, &ca, now()).is_ok());
    let desk = issuing(&root).issue_station(ID, "x", year()).unwrap();
    let desk = chain_from_pem(&desk.certified.certificate_pem).unwrap();
    let refused = receipt_key(&desk, &ca, now()).unwrap_err();
    assert_eq!(refused.kind(), Kind::WrongPurpose, "a desk signs no receipts");
    assert_eq!(receipt_key(&[], &ca, now()).unwrap_err().kind(), Kind::Malformed);
    for cut in 0..chain.len() {
        assert!(receipt_key(&chain[..cut], &ca, now()).is_err());
    }
    for at in (0..chain.len()).step_by(5) {
        let mut changed = chain.clone();
        changed[at] ^= 1;
        assert!(receipt_key(&changed, &ca, now()).is_err(), "byte {at}");
    }
}

#[test]
fn authorities_survive_their_files() {
    let root = root();
    let authority = issuing(&root);
    let ca = der_from_pem(root.certificate_pem()).unwrap();
    assert_eq!(check_root(&ca, now()), Ok(()));
    let again = ExamRoot::from_pem(root.certificate_pem(), &root.key_pem()).unwrap();
    let below = again.issue_authority("Khác", year()).unwrap();
    assert_eq!(
        check_issuing(&der_from_pem(below.certificate_pem()).unwrap(), &ca, now()),
        Ok(())
    );
    let again = IssuingAuthority::from_pem(authority.certificate_pem(), &authority.key_pem()).unwrap();
    assert_eq!(again.validity(), authority.validity());
    let chain = again
        .issue_receipt_signer(&key(), year())
        .unwrap()
        .certificate_pem;
    assert!(receipt_key(&chain_from_pem(&chain).unwrap(), &ca, now()).is_ok());

    let middle = der_from_pem(authority.certificate_pem()).unwrap();
    let late = Time(now().0 + 91 * DAY);
    assert_eq!(
        check_issuing(&middle, &ca, late).unwrap_err().kind(),
        Kind::OutsideValidity
    );
    let other = der_from_pem(self::root().certificate_pem()).unwrap();
    assert_eq!(
        check_issuing(&middle, &other, now()).unwrap_err().kind(),
        Kind::NotAuthentic
    );
    assert!(check_root(&middle, now()).is_err() && check_issuing(&ca, &ca, now()).is_err());

    let other_key = key().to_pkcs8_pem();
    let kind = ExamRoot::from_pem(root.certificate_pem(), &other_key)
        .unwrap_err()
        .kind();
    assert_eq!(kind, Kind::Key);
    let kind = IssuingAuthority::from_pem(authority.certificate_pem(), &other_key)
        .unwrap_err()
        .kind();
    assert_eq!(kind, Kind::Key);
    let kind = IssuingAuthority::from_pem(root.certificate_pem(), &root.key_pem())
        .unwrap_err()
        .kind();
    assert_eq!(kind, Kind::WrongPurpose, "a root does not work from day to day");
    let desk = authority.issue_station(ID, "x", year()).unwrap();
    let kind = IssuingAuthority::from_pem(&desk.certified.certificate_pem, &desk.key_pem)
        .unwrap_err()
        .kind();
    assert_eq!(kind, Kind::WrongPurpose);
    assert!(!format!("{root:?} {authority:?}").contains("PRIVATE"));
}

#[test]
fn a_fingerprint_fits_one_root() {
    let root = der_from_pem(root().certificate_pem()).unwrap();
    let code = fingerprint_code(&root);
    assert!(
        code.len() == 16
            && code
                .chars()
                .all(|c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c))
    );
    assert_ne!(
        code,
        fingerprint_code(&der_from_pem(self::root().certificate_pem()).unwrap())
    );
    // SHA-256("abc") begins ba7816bf8f01cfea4141.
    assert_eq!(fingerprint_code(b"abc"), "Q9W1DFWF077YMGA1");
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

/// Lines for `openssl verify -x509_strict -CAfile ca.pem -untrusted issuing.pem`, and whether it must agree.
const OUTSIDE_JUDGE: [(&str, bool); 12] = [
    (
        "-purpose sslserver -verify_hostname thi.example.vn server.pem",
        true,
    ),
    ("-purpose sslserver -verify_ip 127.0.0.1 server.pem", true),
    ("-purpose sslserver -verify_hostname other.vn server.pem", false),
    ("-purpose sslclient desk.pem", true),
    ("-purpose sslserver desk.pem", false),
    ("-purpose sslclient server.pem", false),
    ("receipt.pem", true),
    ("-purpose sslclient receipt.pem", false),
    ("ca.pem", true),
    ("issuing.pem", true),
    ("-crl_check_all -CRLfile crls.pem server.pem", true),
    ("-crl_check_all -CRLfile crls.pem desk.pem", false),
];

#[test]
fn an_outside_judge_agrees_about_certificates() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    let root = root();
    let authority = issuing(&root);
    let server = server(&authority);
    let desk = authority.issue_station(ID, "Gate A", year()).unwrap();
    let receipt = authority.issue_receipt_signer(&key(), year()).unwrap();
    let period = Validity::backdated(now(), 0, 30);
    let stolen = Revoked {
        serial: desk.certified.serial.clone(),
        at: now(),
        reason: Reason::KeyCompromise,
    };
    let list = authority
        .revocation_list(7, period, std::slice::from_ref(&stolen))
        .unwrap();
    write(
        "crls.pem",
        &format!("{}{list}", root.revocation_list(1, period, &[]).unwrap()),
    );
    write("ca.pem", root.certificate_pem());
    write("issuing.pem", authority.certificate_pem());
    write("server.pem", &server.certified.certificate_pem);
    write("server.key", &server.key_pem);
    write("desk.pem", &desk.certified.certificate_pem);
    write("receipt.pem", &receipt.certificate_pem);
    write("list.pem", &list);

    for (line, expected) in OUTSIDE_JUDGE {
        let line = format!("verify -x509_strict -CAfile ca.pem -untrusted issuing.pem {line}");
        let Some((success, text)) = openssl(dir.path(), &line) else {
            return;
        };
        assert_eq!(success, expected, "{line}: {text}");
    }
    texts_as_shown(dir.path(), &stolen.serial);
    let der = authority
        .revocation_list_der(9, period, std::slice::from_ref(&stolen))
        .unwrap();
    std::fs::write(dir.path().join("list.der"), der).unwrap();
    let (success, text) = openssl(
        dir.path(),
        "crl -inform DER -in list.der -noout -CAfile issuing.pem",
    )
    .unwrap();
    assert!(success && text.contains("verify OK"), "{text}");
    let bad = Revoked {
        serial: "not hex".to_owned(),
        ..stolen
    };
    assert_eq!(
        authority.revocation_list(8, period, &[bad]).unwrap_err().kind(),
        Kind::Argument
    );
}

fn texts_as_shown(dir: &Path, revoked: &str) {
    let shows = |line: &str, expected: &[&str]| {
        let (success, text) = openssl(dir, line).unwrap();
        let all = success && expected.iter().all(|part| text.contains(part));
        assert!(all, "{line}: {expected:?} not all in {text}");
    };
    shows("pkey -in server.key -check -noout", &["Key is valid"]);
    shows(
        "x509 -in ca.pem -noout -text",
        &["CA:TRUE, pathlen:1", "Certificate Sign, CRL Sign"],
    );
    shows(
        "x509 -in issuing.pem -noout -text",
        &["CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign"],
    );
    let uri = format!("URI:{DESK_URI_PREFIX}{ID}");
    shows(
        "x509 -in desk.pem -noout -text",
        &[&uri, "TLS Web Client Authentication"],
    );
    let serial = revoked.to_ascii_uppercase();
    shows(
        "crl -in list.pem -noout -text -CAfile issuing.pem",
        &[&serial, "Key Compromise", "CRL Number"],
    );
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
