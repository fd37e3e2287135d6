//! Space at home: what was announced, by whom, and what is taken back of it.

use ::pact::{Act, Body, SpaceTaken};
use identity::{Day, Hash, LogId};
use replica::Entry;

use super::{Home, HomeError};
use crate::space::{self, Standing, Taken};

/// Any grace that is not none.
const AN_HOUR_MS: u64 = 3_600_000;

/// An announcement that was signed and may not have left.
pub(crate) struct Announcement {
    hash: Hash,
    seq: u64,
}

impl Home {
    /// The space that the other has announced and not ended, as far as is known here.
    pub fn space_of_other(&mut self) -> Result<Option<SpaceTaken>, HomeError> {
        let replica = self.replica()?;
        Ok(replica.view().space(replica.person().other()))
    }

    /// Whether the other has space, as it was read last: for a line that is said beside another.
    pub fn other_has_space(&self) -> bool {
        let replica = self.known.replica.as_ref();
        replica.is_some_and(|replica| replica.view().space(replica.person().other()).is_some())
    }

    /// The space that this home's person has announced, on this or another device, and not ended.
    pub fn space_announced(&mut self) -> Result<Option<SpaceTaken>, HomeError> {
        let replica = self.replica()?;
        Ok(replica.view().space(replica.person()))
    }

    /// Takes an announcement back that was signed here and never left: the attempt was killed, or
    /// reached nobody. Then the other knows nothing of this space, and need not hear of its end.
    pub fn settle_announcement(&mut self) -> Result<(), HomeError> {
        if let Some(space) = self.space_announced()? {
            self.change(|replica, _, shelf| Ok(replica.take_back(shelf, space.record)?))?;
        }
        Ok(())
    }

    /// Signs that space was taken; the grace of what came before is over, since in a chain nothing
    /// leaves before what stands under it.
    pub(crate) fn sign_announcement(
        &mut self,
        until: Option<Day>,
    ) -> Result<Announcement, HomeError> {
        let act = Act::new(Body::Space { until });
        act.body.validate()?;
        let entry = Entry::act(self.today(), None, &act);
        let now_ms = self.clock.unix_ms();
        self.change(|replica, me, _| {
            // Born with a grace that ends at once: with none it would count as offered.
            let (record, mut writes) = replica.append(&me.keys, entry, now_ms, AN_HOUR_MS)?;
            writes.extend(replica.end_grace());
            let (hash, seq) = (record.hash(), record.seq());
            Ok((Announcement { hash, seq }, writes))
        })
    }

    /// Signs what is left to say before one leaves. It may go at once, and what stands before it.
    pub(crate) fn sign_last_word(&mut self, text: &str) -> Result<(), HomeError> {
        let act = Act::new(Body::LastWord {
            text: ::pact::text::clean(text).text,
        });
        act.body.validate()?;
        let entry = Entry::act(self.today(), None, &act);
        let now_ms = self.clock.unix_ms();
        self.change(|replica, me, _| {
            let (_, mut writes) = replica.append(&me.keys, entry, now_ms, 0)?;
            writes.extend(replica.end_grace());
            Ok(((), writes))
        })
    }

    /// Whether an announcement may have left; if not, it is taken back.
    pub(crate) fn has_left(&mut self, said: &Announcement) -> Result<bool, HomeError> {
        self.change(|replica, _, shelf| {
            let (_, writes) = replica.take_back(shelf, said.hash)?;
            Ok((replica.offered() >= said.seq, writes))
        })
    }

    /// Whether a device that holds this device's log up to `seq` holds the announcement.
    pub(crate) fn covers(said: &Announcement, seq: u64) -> bool {
        seq >= said.seq
    }

    /// The devices of this home's person that are not this one and may still speak.
    pub fn own_other_devices(&mut self) -> Result<Vec<LogId>, HomeError> {
        let replica = self.replica()?;
        let (own, me, roster) = (replica.own_log(), replica.person(), replica.roster());
        // A device that another one goes on from is no device any more (B6).
        let former: Vec<LogId> = roster.devices(me).filter_map(|one| one.continues).collect();
        let devices = roster.devices(me).map(|device| device.log());
        let living =
            devices.filter(|log| *log != own && !roster.is_revoked(*log) && !former.contains(log));
        Ok(living.collect())
    }

    /// This device's log, as it was read last.
    pub(crate) fn own_log(&self) -> Option<LogId> {
        self.known.me.as_ref().map(|me| me.log)
    }

    /// Whether a log is of another device of this home's person, as it was read last.
    pub(crate) fn is_of_own_other(&self, log: LogId) -> bool {
        let replica = self.known.replica.as_ref();
        replica.is_some_and(|replica| {
            log != replica.own_log() && replica.roster().person_of(log) == Some(replica.person())
        })
    }

    /// The space that this home's person has announced elsewhere, while this device still speaks.
    pub(crate) fn announced_elsewhere(&mut self) -> Result<Option<SpaceTaken>, HomeError> {
        let open = space::standing(&self.places) == Standing::Open;
        if open && self.is_paired() {
            self.space_announced()
        } else {
            Ok(None)
        }
    }

    /// Falls silent too, if this home's person has announced space on another device. Only
    /// [`space::end`] here opens this device again. Whether it fell silent now.
    pub(crate) fn follow_space(&mut self) -> Result<bool, HomeError> {
        let Some(announced) = self.announced_elsewhere()? else {
            return Ok(false);
        };
        let taken = Taken {
            practical: false,
            until: announced.until,
        };
        space::take(&self.places, taken)?;
        Ok(true)
    }
}
