//! A last word before one leaves: one attempt of at most ten seconds, whatever comes of it
//! (design §5.5). It is a person's own choice, and nothing is told of whether it arrived (S6).

use std::time::Duration;

use tokio::time::timeout;
use vault::state::{self, Valve};

use super::{MeetError, Once, on_a_runtime, once};
use crate::home::Home;

/// The longest that the attempt lasts.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Signs a last word and tries once to give it to the other. That it was not possible is no error.
///
/// # Errors
/// There is nobody to tell, nothing may leave here now (then nothing was signed), or it cannot be
/// signed.
pub fn tell_last_word(home: &mut Home, text: &str) -> Result<(), MeetError> {
    if !home.is_paired() {
        return Err(MeetError::Alone);
    }
    if state::valve(home.places()) != Valve::Open {
        return Err(MeetError::Silent);
    }
    home.sign_last_word(text)?;
    let attempt = async {
        drop(timeout(ATTEMPT, once::sync_once(home, &Once::default())).await);
        Ok(())
    };
    on_a_runtime(attempt)
}
