//! The only dice: the operating system's, or in a rehearsal home a stream from `HANDFAST_SEED`.
//!
//! What TLS and the vault draw for themselves always comes from the operating system.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use zeroize::Zeroizing;

/// The variable that makes a rehearsal repeatable.
pub const SEED: &str = "HANDFAST_SEED";

/// Why no dice can be had.
#[derive(Debug, thiserror::Error)]
pub enum DiceError {
    /// The variable is set for a home that is not a rehearsal: wrong usage.
    #[error("HANDFAST_SEED works in a rehearsal home only")]
    NotARehearsal,
    /// The operating system gave no randomness.
    #[error("the operating system gives no random bytes")]
    System(#[source] getrandom::Error),
    /// The count of draws of a rehearsal cannot be kept.
    #[error("cannot keep count of the rehearsal's draws")]
    Count(#[source] io::Error),
}

/// A source of random bytes.
#[derive(Debug)]
pub struct Dice(Source);

#[derive(Debug)]
enum Source {
    System,
    Seeded(Box<ChaCha20Rng>),
}

impl Dice {
    /// The operating system's.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// What a home uses. Each process of a rehearsal takes the next stream of its seed, counted
    /// in `count`, lest two commands draw one item id.
    pub fn from_env(rehearsal: bool, count: &Path) -> Result<Self, DiceError> {
        match env::var_os(SEED) {
            None => Ok(Self::system()),
            Some(_) if !rehearsal => Err(DiceError::NotARehearsal),
            Some(seed) => {
                let turn = fs::read_to_string(count)
                    .ok()
                    .and_then(|text| text.trim().parse().ok())
                    .unwrap_or(0u64);
                fs::write(count, turn.saturating_add(1).to_string()).map_err(DiceError::Count)?;
                Ok(Self::seeded(&seed, turn))
            }
        }
    }

    /// What a home is begun with, before there is a folder to count draws in: the stream 0.
    pub(crate) fn for_beginning(rehearsal: bool) -> Result<Self, DiceError> {
        match env::var_os(SEED) {
            None => Ok(Self::system()),
            Some(_) if !rehearsal => Err(DiceError::NotARehearsal),
            Some(seed) => Ok(Self::seeded(&seed, 0)),
        }
    }

    /// The stream number `turn` of a seed.
    pub fn seeded(seed: &OsStr, turn: u64) -> Self {
        // No secret: folding the text into a key only has to tell seeds apart.
        let mut key = [0u8; 32];
        for (place, byte) in (0..32).cycle().zip(seed.as_encoded_bytes()) {
            if let Some(slot) = key.get_mut(place) {
                *slot = slot.rotate_left(3) ^ byte;
            }
        }
        let mut rng = ChaCha20Rng::from_seed(key);
        rng.set_stream(turn);
        Self(Source::Seeded(Box::new(rng)))
    }

    /// Fills a buffer.
    #[expect(clippy::disallowed_methods, reason = "here are the dice")]
    pub fn fill(&mut self, out: &mut [u8]) -> Result<(), DiceError> {
        match &mut self.0 {
            Source::System => getrandom::fill(out).map_err(DiceError::System),
            Source::Seeded(rng) => {
                rng.fill(out);
                Ok(())
            }
        }
    }

    /// So many bytes.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], DiceError> {
        let mut out = [0; N];
        self.fill(&mut out)?;
        Ok(out)
    }

    /// So many bytes that are wiped when dropped.
    pub fn secret<const N: usize>(&mut self) -> Result<Zeroizing<[u8; N]>, DiceError> {
        let mut out = Zeroizing::new([0; N]);
        self.fill(out.as_mut_slice())?;
        Ok(out)
    }

    /// A number below `bound` (0 if that is 0), for moments that should not be guessed. The bias
    /// of a remainder is far below what a clock shows.
    pub fn below(&mut self, bound: u64) -> Result<u64, DiceError> {
        let number = u64::from_be_bytes(self.bytes()?);
        Ok(number.checked_rem(bound).unwrap_or(0))
    }
}
