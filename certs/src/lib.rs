//! Is it genuine? X.509, CMS, ICAO 9303 authentication, COSE signatures, the exam CA and sealing.
