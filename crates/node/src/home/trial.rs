//! A trial: what a verb would sign, without its being signed. Whatever waits unsigned is shown in
//! full before it is (S27), and what shows it is the verb itself, run on a vault that forgets.

use identity::Record;

use super::known::Known;
use super::{Home, HomeError};

impl Home {
    /// From here on nothing is kept, though this handle sees it as kept. Other processes wait.
    pub fn begin_trial(&mut self) -> Result<(), HomeError> {
        self.vault.try_out()?;
        self.tried = Some(Vec::new());
        Ok(())
    }

    /// Forgets everything since [`Home::begin_trial`], and gives the acts that would have been
    /// signed. Edits of the draft are not among them.
    pub fn end_trial(&mut self) -> Result<Vec<Record>, HomeError> {
        let tried = self.tried.take().unwrap_or_default();
        self.vault.forget_tried()?;
        self.known = Known::read(&self.vault.read()?)?;
        Ok(tried)
    }

    pub(super) fn tried(&mut self, record: &Record) {
        if let Some(tried) = &mut self.tried {
            tried.push(record.clone());
        }
    }
}
