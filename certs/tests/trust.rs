//! The trust store as a person keeps it, and the German master list read whole. The list stays outside the repository, in
//! a folder `shared` beside it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use certs::Time;
use certs::error::Kind;
use certs::travel_document::{Role, TrustAnchors};
use std::path::Path;
use std::process::{Command, Output};

fn vector(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/vectors/csca")
        .join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    bytes
}

const LIST: &str = "DE_ML_2026-05-28-08-28-45.ml";
const ROOT: &str = "DE_ROOT_CA_CSCA07.cer";
const VIETNAM: &str = "VN_CSCA_ePassport_2022.cer";

fn at() -> Time {
    Time::parse("2026-06-01").unwrap()
}

/// 588 certificates: all can be read. Eight say themselves that they are no CA (link certificates whose issuer forgot the
/// flag). Of the rest 375 are roots and 193 links to one of them; twelve are links from an older key whose root, expired
/// by now, the list does not have (their authority key identifier is nobody's, Latvia's and Hungary's name their elder).
#[test]
fn the_german_master_list_is_read_whole() {
    let Some((list, root)) = vector(LIST).zip(vector(ROOT)) else {
        return;
    };
    let mut anchors = TrustAnchors::empty();
    anchors.add_pem_or_der(&root).unwrap();
    let import = anchors.add_master_list(&list, at()).unwrap();
    assert_eq!((import.added, import.known), (579, 1));
    let refused: Vec<_> = import
        .refused
        .iter()
        .map(|one| (one.index, one.error.kind()))
        .collect();
    let no_ca = [223, 269, 339, 376, 379, 401, 506, 512].map(|index| (index, Kind::WrongPurpose));
    assert_eq!(refused, no_ca);
    assert_eq!(import.refused[1].name, "CM Cameroon CSCA Crosslink 001 002");

    let described = anchors.anchors();
    let count = |role| described.iter().filter(|anchor| anchor.role == role).count();
    assert_eq!(
        [Role::Root, Role::Link, Role::Unanchored].map(count),
        [375, 193, 12]
    );
    let unanchored = described.iter().filter(|anchor| anchor.role == Role::Unanchored);
    let mut countries: Vec<_> = unanchored
        .filter_map(|anchor| anchor.country.as_deref())
        .collect();
    countries.sort_unstable();
    let expected = [
        "ae", "at", "bg", "cy", "hu", "lb", "lv", "ma", "md", "ph", "tr", "uz",
    ];
    assert_eq!(countries, expected);

    let again = anchors.add_master_list(&list, at()).unwrap();
    assert_eq!((again.added, again.known), (0, 580));
}

#[test]
fn master_lists_that_nobody_installed_vouches_for() {
    let Some(((list, root), vietnam)) = vector(LIST).zip(vector(ROOT)).zip(vector(VIETNAM)) else {
        return;
    };
    let kind =
        |anchors: &mut TrustAnchors, list: &[u8], at| anchors.add_master_list(list, at).unwrap_err().kind();
    assert_eq!(kind(&mut TrustAnchors::empty(), &list, at()), Kind::NotAuthentic);
    let mut stranger = TrustAnchors::empty();
    stranger.add_pem_or_der(&vietnam).unwrap();
    assert_eq!(kind(&mut stranger, &list, at()), Kind::NotAuthentic);

    let mut anchors = TrustAnchors::empty();
    anchors.add_pem_or_der(&root).unwrap();
    let before = Time::parse("2026-05-01").unwrap();
    assert_eq!(
        kind(&mut anchors, &list, before),
        Kind::OutsideValidity,
        "not signed yet"
    );
    for at_byte in [60, 1_000, 500_000, list.len() - 2_000, list.len() - 10] {
        let mut changed = list.clone();
        changed[at_byte] ^= 1;
        assert!(anchors.add_master_list(&changed, at()).is_err(), "byte {at_byte}");
    }
    assert!(anchors.add_master_list(&list[..list.len() - 1], at()).is_err());
    assert_eq!(anchors.len(), 1, "all or none");
    let oversized = vec![0x30; certs::travel_document::MAX_MASTER_LIST + 1];
    assert_eq!(kind(&mut anchors, &oversized, at()), Kind::TooLarge);
}

fn certs(dir: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certs"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .output()
        .unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_store_is_a_folder_of_plain_files() {
    let Some(((list, root), vietnam)) = vector(LIST).zip(vector(ROOT)).zip(vector(VIETNAM)) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for (name, bytes) in [("de.ml", &list), ("de.cer", &root), ("vn.cer", &vietnam)] {
        std::fs::write(dir.join(name), bytes).unwrap();
    }
    let message = refusal(&certs(dir, "trust add de.ml --store s"));
    assert!(
        message.contains("de.ml") && message.contains("its own signer first"),
        "{message}"
    );
    assert!(refusal(&certs(dir, "trust list --store s")).contains("no trust store"));

    let added = json(&certs(dir, "trust add vn.cer --store s --json"));
    assert_eq!(added["added"], 1);
    let again = json(&certs(dir, "trust add vn.cer --store s --json"));
    assert_eq!((&again["added"], &again["there_already"]), (&0.into(), &1.into()));
    let listed = json(&certs(dir, "trust list --store s --json"));
    let one = &listed["certificates"][0];
    assert_eq!(
        (one["country"].as_str(), one["role"].as_str()),
        (Some("vn"), Some("root"))
    );
    let fingerprint = one["fingerprint"].as_str().unwrap();
    assert_eq!(
        std::fs::read(dir.join(format!("s/{fingerprint}.cer"))).unwrap(),
        vietnam
    );

    let whole = json(&certs(dir, "trust add de.cer de.ml --store s --json"));
    assert_eq!(whole["added"], 579, "580, one of which is Vietnam's and there");
    assert_eq!(whole["refused"].as_array().unwrap().len(), 8);
    assert!(
        whole["refused"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("another purpose")
    );

    assert!(refusal(&certs(dir, "trust remove ffff --store s")).contains("no file"));
    certs(dir, &format!("trust remove {} --store s", &fingerprint[..16]));
    assert!(!dir.join(format!("s/{fingerprint}.cer")).exists());
    std::fs::write(dir.join(format!("s/{fingerprint}.cer")), &root).unwrap();
    let message = refusal(&certs(dir, "trust list --store s"));
    assert!(message.contains("was changed"), "{message}");
}
