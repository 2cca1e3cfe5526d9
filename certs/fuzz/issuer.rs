//! An issuer whom nobody knows: signs security objects (ICAO Doc 9303-10, section 4.6.2; RFC 5652) for the fuzz targets, with a key
//! made when the program starts. Its certificate's own signature is rubbish; nothing asks for it where no anchor is installed.

use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use std::sync::OnceLock;

const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const SECURITY_OBJECT: &[u8] = &[6, 6, 0x67, 0x81, 8, 1, 1, 1];
const CONTENT_TYPE: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const SHA_256: &[u8] = &[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const ECDSA_SHA256: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ON_P256: &[u8] = &[
    0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
];
/// `CN=x`.
const NAME: &[u8] = &[0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, b'x'];
const ONE: &[u8] = &[2, 1, 1];

/// An EF.SOD that covers these data groups.
pub fn security_object(files: &[(u8, &[u8])]) -> Vec<u8> {
    let hashes: Vec<u8> = files
        .iter()
        .flat_map(|(number, file)| entry(*number, file))
        .collect();
    let content = der(0x30, &[&[2, 1, 0], SHA_256, &der(0x30, &[&hashes])]);
    let message_digest = der(4, &[digest(&SHA256, &content).as_ref()]);
    let attributes = [
        der(0x30, &[CONTENT_TYPE, &der(0x31, &[SECURITY_OBJECT])]),
        der(0x30, &[MESSAGE_DIGEST, &der(0x31, &[&message_digest])]),
    ]
    .concat();
    let signature = key()
        .sign(&SystemRandom::new(), &der(0x31, &[&attributes]))
        .expect("the system has random numbers");
    let signer = der(
        0x30,
        &[
            ONE,
            &der(0x30, &[NAME, ONE]),
            SHA_256,
            &der(0xa0, &[&attributes]),
            ECDSA_SHA256,
            &der(4, &[signature.as_ref()]),
        ],
    );
    let signed = der(
        0x30,
        &[
            &[2, 1, 3],
            &der(0x31, &[SHA_256]),
            &der(0x30, &[SECURITY_OBJECT, &der(0xa0, &[&der(4, &[&content])])]),
            &der(0xa0, &[&certificate()]),
            &der(0x31, &[&signer]),
        ],
    );
    der(0x77, &[&der(0x30, &[SIGNED_DATA, &der(0xa0, &[&signed])])])
}

fn entry(number: u8, file: &[u8]) -> Vec<u8> {
    let hash = der(4, &[digest(&SHA256, file).as_ref()]);
    der(0x30, &[&[2, 1, number], &hash])
}

fn certificate() -> Vec<u8> {
    let point = [&[0], key().public_key().as_ref()].concat();
    let time = |text: &str| der(0x17, &[text.as_bytes()]);
    let content = der(
        0x30,
        &[
            &der(0xa0, &[&[2, 1, 2]]),
            ONE,
            ECDSA_SHA256,
            NAME,
            &der(0x30, &[&time("210101000000Z"), &time("360101000000Z")]),
            NAME,
            &der(0x30, &[ON_P256, &der(3, &[&point])]),
        ],
    );
    der(0x30, &[&content, ECDSA_SHA256, &der(3, &[&[0, 1, 2, 3]])])
}

fn key() -> &'static EcdsaKeyPair {
    static KEY: OnceLock<EcdsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("the system has random numbers");
        EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).expect("a key just made")
    })
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len())
        .expect("a small object")
        .to_be_bytes();
    let head = match (content.len(), length) {
        (..0x80, [_, low]) => vec![tag, low],
        (0x80..0x100, [_, low]) => vec![tag, 0x81, low],
        (_, [high, low]) => vec![tag, 0x82, high, low],
    };
    [head, content].concat()
}
