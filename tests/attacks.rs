//! Attacks (to come).
