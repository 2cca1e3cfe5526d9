//! Whole exam days through public doors: virtual cards, headless candidates, real browsers.
