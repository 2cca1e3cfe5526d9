//! The machine at the door: reads the chip of a citizen ID card over PC/SC for the exam server.
