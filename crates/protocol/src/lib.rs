//! How two devices talk: bytes and time in, intentions out.
