//! How long the whole judgement of a card takes: EF.SOD parsed, its signature and the hashes of 20 KB of files checked, the
//! signer's certificate and its root, the chip's answer. Documents are made by the `openssl` command.
//!
//! A server installs its anchors once, and looks once whether a root vouches for itself. The last column is of the first card
//! ever, with both; the others are of every further card.
//!
//! `cargo run --release -p certs --example judgement_speed`

#![expect(clippy::unwrap_used, reason = "a measurement that can't go on has failed")]

#[path = "../tests/documents/pki.rs"]
#[expect(dead_code, reason = "made for the tests, which use more of it")]
mod pki;

use certs::Time;
use certs::travel_document::{ActiveAuthentication, DocumentFiles, TrustAnchors, Verdict, judge};
use pki::{Pki, dg1, tlv};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Judgements of each kind of card.
const ROUNDS: usize = 200;
const CHALLENGE: [u8; 8] = *b"8 bytes!";

/// Key of the country signer, key of the document signer, options of the signature.
const ISSUERS: [[&str; 3]; 6] = [
    ["P-256", "P-256", "-md sha256"],
    ["rsa:4096", "rsa:2048", "-md sha256"],
    [
        "brainpoolP384r1:explicit",
        "brainpoolP256r1:explicit",
        "-md sha256",
    ],
    ["P-521", "P-384", "-md sha384"],
    ["brainpoolP512r1:explicit", "brainpoolP384r1", "-md sha512"],
    [
        "brainpoolP512r1:explicit",
        "brainpoolP512r1:explicit",
        "-md sha512",
    ],
];

fn main() {
    println!(
        "{:<28}{:<28}{:>10}{:>10}{:>10}{:>14}",
        "country signer", "document signer", "least", "median", "p99", "first, median"
    );
    for [country, signer, options] in ISSUERS {
        let (further, first) = measure(country, signer, options);
        let milliseconds = |times: &[Duration], at: usize| times[at].as_secs_f64() * 1000.0;
        println!(
            "{country:<28}{signer:<28}{:>7.2} ms{:>7.2} ms{:>7.2} ms{:>11.2} ms",
            milliseconds(&further, 0),
            milliseconds(&further, ROUNDS / 2),
            milliseconds(&further, ROUNDS * 99 / 100),
            milliseconds(&first, ROUNDS / 2)
        );
    }
}

/// Times of further cards and of first ones, rising.
fn measure(country: &str, signer: &str, options: &str) -> (Vec<Duration>, Vec<Duration>) {
    let pki = Pki::new();
    pki.csca("csca", country, "/C=VN/O=Test/CN=CSCA");
    pki.signer("ds", signer, "csca", "-sha256");
    pki.key("chip", "rsa:2048");
    // The size of a portrait on a card.
    let portrait = tlv(&[0x75], &vec![0x5a; 18_000]);
    let (dg1, dg15) = (dg1(), pki.dg15("chip"));
    let dg13 = pki.digest("sha256", b"thirteen");
    let groups: [(u8, &[u8]); 4] = [(1, &dg1), (2, &portrait), (13, b"thirteen"), (15, &dg15)];
    let sod = pki.sod("ds", "sha256", options, &groups);
    let response = pki.answer("chip", 2048, "sha256", &[0x34, 0xcc], CHALLENGE);
    let answer = ActiveAuthentication {
        challenge: CHALLENGE,
        response,
    };
    let files = DocumentFiles {
        sod: &sod,
        dg1: &dg1,
        dg2: &portrait,
        dg14: None,
        dg15: Some(&dg15),
        dg13_hash: Some(&dg13),
    };
    let certificate = pki.read("csca.crt");
    let at = Time(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap());
    let judged = |anchors: &TrustAnchors| {
        let judgement = judge(&files, Some(&answer), anchors, at);
        let verdicts = [judgement.integrity, judgement.issuer, judgement.chip].map(|finding| finding.verdict);
        assert_eq!(verdicts, [Verdict::Valid; 3], "{country} {signer}");
    };
    let install = || {
        let mut anchors = TrustAnchors::empty();
        anchors.add_pem_or_der(&certificate).unwrap();
        anchors
    };
    let installed = install();
    judged(&installed);
    let further = times(|| judged(&installed));
    (further, times(|| judged(&install())))
}

/// How long each of many rounds takes, rising.
fn times(round: impl Fn()) -> Vec<Duration> {
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed()
    };
    let mut times: Vec<_> = (0..ROUNDS).map(time).collect();
    times.sort_unstable();
    times
}
