//! Chips with all kinds of keys, played here, and keys that must be refused.

use super::*;
use ring::rand::SystemRandom;

/// The agreement with a known private key.
pub(in super::super) fn with_private(key: &EcPublicKey, private: &[u8]) -> Agreed {
    agree_with(private, key).unwrap()
}

/// From an ephemeral public key to the shared secret.
type Agreement = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A chip with its private key.
pub(in super::super) struct Chip {
    pub(in super::super) name: &'static str,
    pub(in super::super) kind: u8,
    pub(in super::super) spki: Vec<u8>,
    pub(in super::super) ephemeral_len: usize,
    pub(in super::super) agree: Agreement,
}

/// A key that must be refused.
pub(in super::super) struct BadChip {
    pub(in super::super) name: &'static str,
    pub(in super::super) kind: u8,
    pub(in super::super) spki: Vec<u8>,
    pub(in super::super) refusal: Kind,
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    super::super::object(tag, content)
}

fn spki(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let identifier = tlv(0x30, &[tlv(0x06, algorithm), parameters.to_vec()].concat());
    tlv(0x30, &[identifier, tlv(0x03, &[&[0], key].concat())].concat())
}

fn integer(number: &[u8]) -> Vec<u8> {
    if number[0] & 0x80 == 0 {
        tlv(0x02, number)
    } else {
        tlv(0x02, &[&[0], number].concat())
    }
}

fn on(name: &'static str, curve: Curve, algorithm: &[u8], parameters: &[u8]) -> Chip {
    let base = EcPublicKey::base(curve);
    let len = (base.point().len() - 1) / 2;
    let mut private = vec![0x5a; len];
    private[0] &= 0x01;
    let public = agree_with(&private, &base).unwrap().ephemeral;
    Chip {
        name,
        kind: 2,
        spki: spki(algorithm, parameters, &public),
        ephemeral_len: 2 * len + 1,
        agree: Box::new(move |ephemeral| {
            let ephemeral = EcPublicKey::on(curve, ephemeral).unwrap();
            agree_with(&private, &ephemeral).unwrap().shared.to_vec()
        }),
    }
}

fn diffie_hellman(name: &'static str, algorithm: &[u8], parameters: &[u8], group: usize) -> Chip {
    let group = &GROUPS[group].1;
    let private = vec![0x5a; 20];
    let public = group.power(&Modular::number(group.base), &private);
    let significant: Vec<u8> = public.iter().copied().skip_while(|byte| *byte == 0).collect();
    Chip {
        name,
        kind: 1,
        spki: spki(algorithm, parameters, &integer(&significant)),
        ephemeral_len: 256,
        agree: Box::new(move |ephemeral| group.power(ephemeral, &private).to_vec()),
    }
}

fn spelt_out(group: &Modular) -> Vec<u8> {
    let numbers = [
        integer(&Modular::number(group.prime)),
        integer(&Modular::number(group.base)),
    ];
    tlv(0x30, &numbers.concat())
}

pub(in super::super) fn chips() -> Vec<Chip> {
    let named = |oid: &[u8]| tlv(0x06, oid);
    let standard = oid::STANDARDISED_PARAMETERS;
    let ec = oid::EC_PUBLIC_KEY;
    vec![
        on(
            "brainpoolP256r1",
            Curve::BrainpoolP256r1,
            ec,
            &named(oid::BRAINPOOL_P256R1),
        ),
        on(
            "standardised 13",
            Curve::BrainpoolP256r1,
            standard,
            &[0x02, 1, 13],
        ),
        on("standardised 10", Curve::P224, standard, &[0x02, 1, 10]),
        on(
            "brainpoolP224r1",
            Curve::BrainpoolP224r1,
            ec,
            &named(oid::BRAINPOOL_P224R1),
        ),
        on("P-256", Curve::P256, standard, &[0x02, 1, 12]),
        on(
            "brainpoolP320r1",
            Curve::BrainpoolP320r1,
            ec,
            &named(oid::BRAINPOOL_P320R1),
        ),
        on("P-384", Curve::P384, ec, &named(oid::P384)),
        on(
            "brainpoolP384r1",
            Curve::BrainpoolP384r1,
            standard,
            &[0x02, 1, 16],
        ),
        on(
            "brainpoolP512r1",
            Curve::BrainpoolP512r1,
            ec,
            &named(oid::BRAINPOOL_P512R1),
        ),
        on(
            "standardised 17",
            Curve::BrainpoolP512r1,
            standard,
            &[0x02, 1, 17],
        ),
        on("P-521", Curve::P521, ec, &named(oid::P521)),
        diffie_hellman(
            "RFC 5114, 2.2",
            oid::DH_KEY_AGREEMENT,
            &spelt_out(&GROUPS[0].1),
            0,
        ),
        diffie_hellman("RFC 5114, 2.3", standard, &[0x02, 1, 2], 1),
    ]
}

pub(in super::super) fn bad_chips() -> Vec<BadChip> {
    let group = &GROUPS[0].1;
    let modular = |name, y: &[u8]| BadChip {
        name,
        kind: 1,
        spki: spki(oid::DH_KEY_AGREEMENT, &spelt_out(group), &integer(y)),
        refusal: Kind::Key,
    };
    let prime = Modular::number(group.prime);
    let mut minus_one = prime.clone();
    *minus_one.last_mut().unwrap() -= 1;
    let beside = [vec![0x04], vec![1; 64]].concat();
    let curve = |name, algorithm: &[u8], parameters: &[u8], refusal| BadChip {
        name,
        kind: 2,
        spki: spki(algorithm, parameters, &beside),
        refusal,
    };
    let standard = oid::STANDARDISED_PARAMETERS;
    vec![
        modular("zero", &[0]),
        modular("one", &[1]),
        modular("order 2", &minus_one),
        modular("the prime itself", &prime),
        modular("outside the subgroup", &[2]),
        curve(
            "beside the curve",
            oid::EC_PUBLIC_KEY,
            &tlv(0x06, oid::P256),
            Kind::Key,
        ),
        curve(
            "beside the standardised curve",
            standard,
            &[0x02, 1, 13],
            Kind::Key,
        ),
        curve("no such parameters", standard, &[0x02, 1, 99], Kind::NotAllowed),
        BadChip {
            name: "another prime",
            kind: 1,
            spki: spki(
                oid::DH_KEY_AGREEMENT,
                &tlv(0x30, &[integer(&minus_one), integer(&[2])].concat()),
                &integer(&[4]),
            ),
            refusal: Kind::NotAllowed,
        },
    ]
}

#[test]
fn secrets_are_below_the_order() {
    for curve in [Curve::P521, Curve::BrainpoolP320r1, Curve::P224] {
        for _ in 0..5 {
            on_curve(&EcPublicKey::base(curve), &SystemRandom::new()).unwrap();
        }
    }
}
