//! Country signers as they are found in the world: link certificates, revocation lists, names in other forms, countries,
//! times of signing.

use super::attacks::{invalid, unknown};
use super::pki::{Pki, dg1, dg2, files, openssl_is_there, tlv};
use super::{CSCA_NAME, NO_CHIP_KEY, OK, now, verdicts};
use certs::Time;
use certs::error::Kind;
use certs::travel_document::{Judgement, TrustAnchors, Verdict, judge};

const DAY: i64 = 86_400;

/// A country signer, a document signer below it, and a card.
struct Country {
    pki: Pki,
    dg1: Vec<u8>,
    dg2: Vec<u8>,
}

impl Country {
    fn new() -> Self {
        let pki = Pki::new();
        pki.csca("csca", "P-256", CSCA_NAME);
        pki.signer("ds", "P-256", "csca", "-sha256");
        let (dg1, dg2) = (dg1(), dg2());
        Self { pki, dg1, dg2 }
    }

    fn anchors(&self, names: &[&str]) -> TrustAnchors {
        let mut anchors = TrustAnchors::empty();
        for name in names {
            anchors
                .add_pem_or_der(&self.pki.read(&format!("{name}.crt")))
                .unwrap();
        }
        anchors
    }

    fn sod(&self, signer: &str) -> Vec<u8> {
        let groups: [(u8, &[u8]); 2] = [(1, &self.dg1), (2, &self.dg2)];
        self.pki.sod(signer, "sha256", "-md sha256", &groups)
    }

    fn judge(&self, sod: &[u8], anchors: &TrustAnchors, at: Time) -> Judgement {
        judge(&files(sod, &self.dg1, &self.dg2), None, anchors, at)
    }

    fn issuer(&self, signer: &str, anchors: &TrustAnchors) -> (Verdict, &'static str) {
        verdicts(&self.judge(&self.sod(signer), anchors, now()))[1]
    }
}

#[test]
fn link_certificates_carry_trust_from_one_key_to_the_next() {
    if !openssl_is_there() {
        return;
    }
    let country = Country::new();
    let pki = &country.pki;
    pki.csca("second", "P-384", "/C=VN/O=Test/CN=CSCA-2");
    pki.link("link-2", "second", "/C=VN/O=Test/CN=CSCA-2", "csca");
    pki.csca("third", "brainpoolP384r1:explicit", "/C=VN/O=Test/CN=CSCA-2");
    pki.link("link-3", "third", "/C=VN/O=Test/CN=CSCA-2", "second");
    pki.signer("ds-2", "P-256", "second", "-sha256");
    pki.signer("ds-3", "P-256", "third", "-sha256");
    let not_installed = unknown("issuer-not-among-anchors");

    assert_eq!(country.issuer("ds-2", &country.anchors(&["csca"])), not_installed);
    assert_eq!(country.issuer("ds-2", &country.anchors(&["csca", "link-2"])), OK);
    let alone = country.anchors(&["link-2"]);
    assert_eq!(
        country.issuer("ds-2", &alone),
        not_installed,
        "a link alone vouches for nobody"
    );
    let whole = country.anchors(&["csca", "link-2", "link-3"]);
    assert_eq!(country.issuer("ds-3", &whole), OK, "two links");
    let gap = country.anchors(&["csca", "link-3"]);
    assert_eq!(
        country.issuer("ds-3", &gap),
        not_installed,
        "a link is missing in between"
    );
    // The new key under the known name, and no link: exactly what a forger would bring.
    let renewed = country.anchors(&["second"]);
    assert_eq!(
        country.issuer("ds-3", &renewed),
        invalid("signer-not-issued-by-anchor")
    );
    // A link that somebody else signed.
    pki.csca("forger", "P-256", CSCA_NAME);
    pki.csca("fourth", "P-256", "/C=VN/CN=CSCA-4");
    pki.link("link-4", "fourth", "/C=VN/CN=CSCA-4", "forger");
    pki.signer("ds-4", "P-256", "fourth", "-sha256");
    assert_eq!(
        country.issuer("ds-4", &country.anchors(&["csca", "link-4"])),
        not_installed
    );
}

#[test]
fn revocation_lists() {
    if !openssl_is_there() {
        return;
    }
    let country = Country::new();
    let sod = country.sod("ds");
    let judged = |serials: &[&str], at: i64| {
        let mut anchors = country.anchors(&["csca"]);
        let list = country.pki.revocation_list("csca", serials);
        anchors.add_revocation_list(&list).unwrap();
        assert_eq!(anchors.revocation_lists(), 1);
        country.judge(&sod, &anchors, Time(now().0 + at))
    };
    let found = |serials: &[&str], at: i64| verdicts(&judged(serials, at))[1];
    assert_eq!(found(&[], 0), OK);
    assert!(judged(&["1268"], 0).remarks.is_empty(), "another one's number");
    assert_eq!(found(&["01", "1267"], 0), invalid("signer-revoked"));
    let refused = judged(&["1267"], 0).admission().unwrap_err();
    assert_eq!(refused.reason, "signer-revoked");
    assert_eq!(found(&[], 31 * DAY), unknown("revocation-list-outdated"));
    assert_eq!(
        found(&["1267"], 31 * DAY),
        invalid("signer-revoked"),
        "an old list still revokes"
    );
    country
        .pki
        .run("x509 -in csca.crt -noout -serial -out serial.txt");
    let serial = String::from_utf8(country.pki.read("serial.txt")).unwrap();
    let own = serial.trim().strip_prefix("serial=").unwrap();
    assert_eq!(found(&[own], 0), invalid("anchor-revoked"));

    let without = country.judge(&sod, &country.anchors(&["csca"]), now());
    assert_eq!(verdicts(&without)[1], OK);
    assert_eq!(without.remarks, ["no-revocation-list"]);
}

#[test]
fn revocation_lists_that_nobody_installed_vouches_for() {
    if !openssl_is_there() {
        return;
    }
    let country = Country::new();
    let list = country.pki.revocation_list("csca", &["1267"]);
    let kind =
        |anchors: &mut TrustAnchors, list: &[u8]| anchors.add_revocation_list(list).unwrap_err().kind();
    assert_eq!(kind(&mut TrustAnchors::empty(), &list), Kind::NotAuthentic);
    country.pki.csca("forger", "P-256", CSCA_NAME);
    assert_eq!(kind(&mut country.anchors(&["forger"]), &list), Kind::NotAuthentic);
    let mut anchors = country.anchors(&["csca"]);
    assert_eq!(kind(&mut anchors, b"-----BEGIN X509 CRL-----"), Kind::Malformed);
    country.pki.run("crl -in list.crl -outform DER -out list.der");
    let der = country.pki.read("list.der");
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 0x01;
        assert!(anchors.add_revocation_list(&changed).is_err(), "byte {at}");
        assert!(anchors.add_revocation_list(&der[..at]).is_err());
    }
    assert_eq!(anchors.revocation_lists(), 0);
    anchors.add_revocation_list(&der).unwrap();
    assert_eq!(anchors.revocation_lists(), 1);
}

#[test]
fn one_country_from_root_to_card() {
    if !openssl_is_there() {
        return;
    }
    let country = Country::new();
    let pki = &country.pki;
    pki.signer_named("abroad", "/C=LA/CN=signer", "csca", "ds");
    let anchors = country.anchors(&["csca"]);
    assert_eq!(
        country.issuer("abroad", &anchors),
        invalid("signer-country-differs")
    );
    pki.signer_named("nowhere", "/CN=signer", "csca", "ds");
    assert_eq!(
        country.issuer("nowhere", &anchors),
        invalid("signer-country-differs")
    );
    pki.signer_named("small", "/C=vn/CN=signer", "csca", "ds");
    assert_eq!(country.issuer("small", &anchors), OK, "letter case means nothing");
    // Any country of a master list could otherwise issue Vietnamese cards.
    pki.csca("other", "P-256", "/C=LA/CN=CSCA");
    pki.signer_named("other-ds", "/C=LA/CN=signer", "other", "ds");
    let both = country.anchors(&["csca", "other"]);
    assert_eq!(
        country.issuer("other-ds", &both),
        invalid("issuing-state-differs")
    );
    pki.csca("stateless", "P-256", "/CN=CSCA");
    pki.signer_named("stateless-ds", "/CN=signer", "stateless", "ds");
    let stateless = country.anchors(&["stateless"]);
    assert_eq!(
        country.issuer("stateless-ds", &stateless),
        unknown("issuing-state-unknown")
    );
    pki.signer_named("lists", "/C=VN/CN=signer", "csca", "ds_master_list");
    assert_eq!(country.issuer("lists", &anchors), invalid("signer-wrong-usage"));
}

#[test]
fn the_time_of_signing() {
    if !openssl_is_there() {
        return;
    }
    let country = Country::new();
    let pki = &country.pki;
    let anchors = country.anchors(&["csca"]);
    pki.signer_named("late", "/C=VN/CN=signer", "csca", "ds_old_key");
    assert_eq!(
        country.issuer("late", &anchors),
        invalid("signed-outside-validity")
    );

    let lds = pki.security_object("sha256", &[(1, &country.dg1), (2, &country.dg2)]);
    let identifier = tlv(&[0x80], b"no such key");
    let timeless = pki.sod_by_hand("late", &identifier, &["late"], &lds);
    let judgement = country.judge(&timeless, &anchors, now());
    assert_eq!(verdicts(&judgement), [OK, OK, NO_CHIP_KEY]);
    assert_eq!(judgement.remarks, ["signing-time-unknown", "no-revocation-list"]);
    let signer = judgement.signer.unwrap();
    assert_eq!((signer.signing_time, signer.certificate), (None, pki.der("late")));
    let timed = country.judge(&country.sod("ds"), &anchors, now()).signer.unwrap();
    assert!((now().0 - timed.signing_time.unwrap().0).abs() < 60);
}

/// The signature decides which certificate is meant; identifiers are only hints.
#[test]
fn signers_are_found_however_they_are_named() {
    if !openssl_is_there() {
        return;
    }
    let country = Country::new();
    let pki = &country.pki;
    let anchors = country.anchors(&["csca"]);
    pki.signer("another", "P-256", "csca", "-sha256");
    let lds = pki.security_object("sha256", &[(1, &country.dg1), (2, &country.dg2)]);
    let relative = |oid: &str, tag: u8, value: &str| {
        let attribute = [
            tlv(&[0x06], &hex::decode(oid).unwrap()),
            tlv(&[tag], value.as_bytes()),
        ]
        .concat();
        tlv(&[0x31], &tlv(&[0x30], &attribute))
    };
    let serial = [0x02, 2, 0x12, 0x67];
    let named = |name: &[Vec<u8>], serial: &[u8]| {
        tlv(&[0x30], &[tlv(&[0x30], &name.concat()), serial.to_vec()].concat())
    };
    let (c, o) = (relative("550406", 0x13, "VN"), relative("55040a", 0x0c, "Test"));
    let cn = relative("550403", 0x0c, "CSCA");
    let identifiers = [
        named(&[c.clone(), o.clone(), cn.clone()], &serial),
        named(&[cn.clone(), o.clone(), c.clone()], &serial),
        named(&[c, relative("55040a", 0x13, "TEST"), cn], &serial),
        named(&[], &[0x02, 1, 7]),
        tlv(&[0x80], b"an unknown key"),
    ];
    for identifier in identifiers {
        for certificates in [["ds", "another"], ["another", "ds"]] {
            let sod = pki.sod_by_hand("ds", &identifier, &certificates, &lds);
            let judgement = country.judge(&sod, &anchors, now());
            assert_eq!(verdicts(&judgement), [OK, OK, NO_CHIP_KEY]);
            assert_eq!(judgement.signer.unwrap().certificate, pki.der("ds"));
        }
        let sod = pki.sod_by_hand("ds", &identifier, &["another"], &lds);
        let judgement = country.judge(&sod, &anchors, now());
        assert_eq!(verdicts(&judgement)[0], invalid("signature-invalid"));
        assert!(judgement.signer.is_none());
    }
    let by_key = pki.sod(
        "ds",
        "sha256",
        "-md sha256 -keyid",
        &[(1, &country.dg1), (2, &country.dg2)],
    );
    assert_eq!(verdicts(&country.judge(&by_key, &anchors, now()))[1], OK);
}
