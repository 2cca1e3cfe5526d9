//! Whole exam days through public doors: virtual cards, headless candidates, real browsers.
//!
//! The virtual card (`card`, `pki`, `citizens`) must never use code of `checkin-agent` or `certs`: it is their outside
//! judge, and a mistake shared by card and reader would be seen by nobody.

pub mod programs;
pub mod line;
pub mod door;
pub mod authenticator;
pub mod console;
pub mod candidate;
pub mod hall;
pub mod cookie_browser;
pub mod openid_provider;
pub mod knock;
pub mod station_client;
pub mod four_eyes;
pub mod crowd;
pub mod load;
pub mod faults;
pub mod web_judge;
pub mod collector;
pub mod canary;
pub mod browser;
pub mod candidate_page;
pub mod proctor_page;
pub mod staff_page;
pub mod accessibility;
pub mod school;
pub mod exam_day;
pub mod card;
pub mod citizens;
pub mod dice;
pub mod pki;
pub mod reader_service;
pub mod tlv;
