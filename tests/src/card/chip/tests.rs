//! The chip against a published transcript and the behaviours of `cccd.md` 1.4.

use super::*;
use crate::{
    card::{Order, personalise},
    citizens::invent,
    pki::TestPki,
};

fn chip(words: &str) -> Chip {
    let citizens = invent(1, 2);
    let order = Order::parse(&format!("1 {words}")).unwrap();
    personalise(&citizens[0], &citizens[1], &order, &TestPki::new(1).unwrap()).unwrap()
}

fn ask(chip: &mut Chip, hex: &str) -> String {
    hex::encode_upper(chip.transmit(&hex::decode(hex).unwrap()).bytes)
}

/// ICAO Doc 9303 part 11, appendix G.1: with the MRZ as printed, and with the password switched to the CAN 123456, where
/// only the encrypted nonce changes; it follows from the key of appendix H.1.
#[test]
fn pace_of_the_worked_example_with_mrz_and_can() {
    pace_of_the_worked_example("01", "95A3A016522EE98D01E76CB6B98B42C3");
    pace_of_the_worked_example("02", "84EBAB7F2DE981C6FA6922A691AE0911");
}

fn pace_of_the_worked_example(password: &str, encrypted_nonce: &str) {
    let fixed = [
        "3F00C4D39D153F2B2A214A078D899B22",
        "498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560",
        "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A",
    ];
    let mut chip = chip("").with_randomness(Randomness::scripted(fixed.map(|hex| hex::decode(hex).unwrap())));
    chip.secrets.can = "123456".into();
    chip.secrets.mrz_information = "T22000129364081251010318".into();
    let choose = format!("0022C1A40F800A04007F000702020402028301{password}");
    assert_eq!(ask(&mut chip, &choose), "9000");
    assert_eq!(
        ask(&mut chip, "10860000027C0000"),
        format!("7C128010{encrypted_nonce}9000")
    );
    let transcript = [
        (
            "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
            "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F5730D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000",
        ),
        (
            "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
            "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000",
        ),
        (
            "008600000C7C0A8508C2B0BD78D94BA86600",
            "7C0A86083ABB9674BCE93C089000",
        ),
    ];
    for (command, response) in transcript {
        assert_eq!(ask(&mut chip, command), response);
    }
}

/// Appendix D.3: mutual authentication with BAC.
#[test]
fn bac_of_the_worked_example() {
    let fixed = ["4608F91988702212", "0B4F80323EB3191CB04970CB4052790B"];
    let mut chip =
        chip("bac-only").with_randomness(Randomness::scripted(fixed.map(|hex| hex::decode(hex).unwrap())));
    chip.secrets.mrz_information = "L898902C<369080619406236".into();
    assert_eq!(ask(&mut chip, "00A4040C07A0000002471001"), "9000");
    assert_eq!(ask(&mut chip, "0084000008"), "4608F919887022129000");
    let command =
        "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728";
    assert_eq!(
        ask(&mut chip, command),
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000"
    );
    // Appendix D.4: SELECT EF.COM under secure messaging.
    assert_eq!(
        ask(
            &mut chip,
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"
        ),
        "990290008E08FA855A5D4C50A8ED9000"
    );
}

#[test]
fn what_may_be_read_without_a_password() {
    let mut card = chip("");
    assert_eq!(ask(&mut card, "00A4000C023F00"), "6D00");
    assert_eq!(ask(&mut card, "00A4020C02011D"), "6A82");
    assert_eq!(ask(&mut card, "00A4020C02011C"), "9000");
    let access = "3134300D060804007F0007020202020101300F060A04007F000702020302020201013012060A04007F0007020204020202010202010D";
    assert_eq!(ask(&mut card, "00B0000000"), format!("{access}9000"));
    card.reset();
    assert_eq!(ask(&mut card, "00B09C0004"), "3134300D9000");
    assert_eq!(ask(&mut card, "00B09C3600"), "6B00");
    assert_eq!(ask(&mut card, "00B1001C0354010408"), "5306060804007F009000");
    assert_eq!(ask(&mut card, "00B1001C0354013508"), "53010D6282");
    assert_eq!(ask(&mut card, "00A4040C07A0000002471001"), "9000");
    assert_eq!(ask(&mut card, "00A4020C02011C"), "6982");
    assert_eq!(ask(&mut card, "00A4020C020101"), "6982");
    assert_eq!(ask(&mut card, "00B0810000"), "6982");
    assert_eq!(ask(&mut card, "0088000008010203040506070800"), "6982");
    assert_eq!(ask(&mut card, "0CB0000000"), "6987");
    assert_eq!(ask(&mut chip("bac-only"), "00A4020C02011C"), "6A82");
    assert_eq!(
        ask(&mut chip("bac-only"), "0022C1A40F800A04007F00070202040202830102"),
        "6D00"
    );
    assert_eq!(ask(&mut chip("short-only"), "00B09C00000100"), "6700");
}

#[test]
fn a_wrong_password_is_counted_and_costs_more_each_time() {
    let mut card = chip("");
    ask(&mut card, "00A4040C07A0000002471001");
    let mut delays = Vec::new();
    for _ in 0..8 {
        ask(&mut card, "0084000008");
        let reply = card.transmit(&hex::decode(format!("0082000028{}28", "11".repeat(40))).unwrap());
        assert_eq!(reply.bytes, [0x63, 0x00]);
        delays.push(reply.delay.as_millis());
    }
    assert_eq!(delays, [100, 200, 400, 800, 1600, 3200, 6400, 6400]);
    card.reset();
    assert_eq!(card.wrong_passwords(), 8);
}

#[test]
fn pace_refuses_points_off_the_curve_and_steps_out_of_order() {
    for (password, step) in [("02", "7C4381410411"), ("02", "7C438341"), ("02", "7C0A8508")] {
        let mut card = chip("");
        assert_eq!(
            ask(
                &mut card,
                &format!("0022C1A40F800A04007F000702020402028301{password}")
            ),
            "9000"
        );
        assert!(ask(&mut card, "10860000027C0000").ends_with("9000"));
        let missing = 0x45 - step.len() / 2;
        let answer = ask(&mut card, &format!("1086000045{step}{}00", "11".repeat(missing)));
        assert!(matches!(answer.as_str(), "6A80" | "6985"), "{answer}");
        assert_eq!(ask(&mut card, "10860000027C0000"), "6985", "the run is over");
    }
    assert_eq!(
        ask(&mut chip(""), "0022C1A40F800A04007F00070202040202830103"),
        "6A88"
    );
}
