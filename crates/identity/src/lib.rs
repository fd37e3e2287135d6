//! Who speaks, and the proof that they spoke.
