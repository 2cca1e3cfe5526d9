//! Portraits of nobody: a drawn face in the size and weight of the photograph on a card.
//!
//! Must not hold a photograph of a person.

use image::{ExtendedColorType, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

use super::Citizen;
use crate::dice::Dice;

/// Width in pixels.
pub const WIDTH: u32 = 240;
/// Height in pixels.
pub const HEIGHT: u32 = 320;
const QUALITY: u8 = 80;

/// What makes two portraits differ.
#[derive(Clone, Debug)]
pub struct Colours {
    skin: [u8; 3],
    hair: [u8; 3],
    shirt: [u8; 3],
    wall: [u8; 3],
    long_hair: bool,
    glasses: bool,
    width: f32,
    parting: f32,
}

impl Colours {
    /// The citizen's looks.
    pub fn of(citizen: &Citizen) -> Self {
        let mut dice = Dice::new(citizen.seed, "portrait");
        let unit = |dice: &mut Dice| f32::from(u8::try_from(dice.below(100)).unwrap_or(0)) / 100.0;
        let old = citizen.birth.year < 1965;
        Self {
            skin: *dice.pick(&[
                [241, 205, 171],
                [229, 187, 150],
                [214, 168, 130],
                [247, 216, 188],
                [200, 152, 116],
            ]),
            hair: if old {
                [150, 150, 152]
            } else {
                *dice.pick(&[[24, 20, 20], [45, 30, 22], [68, 44, 28], [30, 30, 42]])
            },
            shirt: *dice.pick(&[
                [248, 248, 250],
                [38, 70, 130],
                [150, 34, 44],
                [30, 104, 78],
                [236, 196, 72],
                [112, 66, 140],
                [230, 120, 70],
                [70, 76, 84],
            ]),
            wall: *dice.pick(&[[120, 170, 220], [228, 236, 244], [150, 196, 226]]),
            long_hair: citizen.sex == super::Sex::Female && dice.below(4) > 0,
            glasses: dice.below(3) == 0,
            width: 0.92 + 0.16 * unit(&mut dice),
            parting: 2.0 * unit(&mut dice) - 1.0,
        }
    }
}

/// Draws the citizen's portrait as JPEG.
pub fn draw(citizen: &Citizen) -> Vec<u8> {
    let colours = Colours::of(citizen);
    let grain = Dice::new(citizen.seed, "grain").bytes((WIDTH * HEIGHT) as usize);
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let noise = i16::from(grain[(y * WIDTH + x) as usize] % 7) - 3;
        let shade = |value: u8| u8::try_from((i16::from(value) + noise).clamp(0, 255)).unwrap_or(255);
        Rgb(colour(&colours, coordinate(x), coordinate(y)).map(shade))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(&picture, WIDTH, HEIGHT, ExtendedColorType::Rgb8)
        .expect("a picture of 240 by 320 can be written to memory");
    bytes
}

fn coordinate(pixel: u32) -> f32 {
    f32::from(u16::try_from(pixel).expect("a portrait is small"))
}

/// The colour at a place: the layer on top that covers it.
fn colour(look: &Colours, x: f32, y: f32) -> [u8; 3] {
    let face = |scale_x: f32, scale_y: f32| {
        inside(
            x,
            y,
            (120.0, 140.0),
            (62.0 * look.width * scale_x, 82.0 * scale_y),
        )
    };
    if face(1.0, 1.0) && y > 92.0 + look.parting * (x - 120.0) * 0.18 {
        return features(look, x, y).unwrap_or_else(|| shaded(look.skin, x, 120.0, 0.10));
    }
    if face(1.14, 1.12) && y < 150.0
        || look.long_hair && face(1.32, 1.5) && y < 268.0 && !inside(x, y, (120.0, 250.0), (36.0, 60.0))
    {
        return shaded(look.hair, x, 90.0, 0.25);
    }
    if inside(x, y, (120.0, 240.0), (30.0, 50.0)) && y < 262.0 + (x - 120.0).abs() * -0.6 + 14.0 {
        return shaded(look.skin, x, 130.0, 0.25);
    }
    if inside(x, y, (120.0, 350.0), (118.0, 104.0)) {
        let collar = (y - 252.0 - (x - 120.0).abs() * 0.9).abs() < 4.0;
        return if collar {
            look.shirt.map(|value| value / 10 * 8)
        } else {
            shaded(look.shirt, x, 120.0, 0.15)
        };
    }
    shaded(look.wall, y, 60.0, 0.12)
}

/// Eyes, brows, nose, mouth and glasses.
fn features(look: &Colours, x: f32, y: f32) -> Option<[u8; 3]> {
    let side = (x - 120.0).abs();
    let eye = |radius: (f32, f32)| inside(side, y, (26.0, 136.0), radius);
    if eye((4.5, 5.0)) {
        return Some([26, 20, 18]);
    }
    if eye((11.0, 6.5)) {
        return Some([250, 250, 248]);
    }
    if look.glasses
        && inside(side, y, (26.0, 137.0), (21.0, 16.0))
        && !inside(side, y, (26.0, 137.0), (18.5, 13.5))
    {
        return Some([40, 40, 44]);
    }
    if inside(side, y, (27.0, 120.0), (15.0, 3.5)) {
        return Some(look.hair);
    }
    if inside(x, y, (120.0, 168.0), (9.0, 4.0)) {
        return Some(look.skin.map(|value| value / 8 * 7));
    }
    inside(x, y, (120.0, 192.0), (19.0, 5.0)).then_some([178, 84, 84])
}

fn inside(x: f32, y: f32, (centre_x, centre_y): (f32, f32), (radius_x, radius_y): (f32, f32)) -> bool {
    ((x - centre_x) / radius_x).powi(2) + ((y - centre_y) / radius_y).powi(2) <= 1.0
}

/// A little darker away from the light.
fn shaded(colour: [u8; 3], position: f32, light: f32, depth: f32) -> [u8; 3] {
    let dark = 1.0 - depth * ((position - light).abs() / 120.0).min(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 255 times at most 1"
    )]
    colour.map(|value| (f32::from(value) * dark) as u8)
}
