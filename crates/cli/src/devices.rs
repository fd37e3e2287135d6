//! Devices by the order in which this home learned of them: no name chosen by the other side is
//! shown as fact (S12).

use identity::LogId;
use replica::Replica;
use serde_json::{Value, json};

use crate::names::Names;

/// One device, as it is shown.
pub(crate) struct Device {
    pub(crate) log: LogId,
    /// "this device", "Ben's first device".
    pub(crate) name: String,
    pub(crate) revoked: bool,
    /// It has signed two different histories; it is stopped, and both are kept.
    pub(crate) stopped: bool,
}

impl Device {
    /// What is to be known about it.
    pub(crate) fn remark(&self) -> &'static str {
        match (self.stopped, self.revoked) {
            (true, _) => "stopped: it does not check out",
            (false, true) => "no longer",
            (false, false) => "",
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "id": self.log.to_string(), "name": self.name, "revoked": self.revoked, "stopped": self.stopped })
    }
}

const ORDINALS: [&str; 8] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
];

/// Every device of both.
pub(crate) fn of(replica: &Replica, names: &Names) -> Vec<Device> {
    let roster = replica.roster();
    let mut devices = Vec::new();
    for person in [names.me, names.me.other()] {
        for (n, certificate) in roster.devices(person).enumerate() {
            let log = certificate.log();
            let name = if log == replica.own_log() {
                "this device".to_owned()
            } else {
                match ORDINALS.get(n) {
                    Some(ordinal) => format!("{}'s {ordinal} device", names.name(person)),
                    None => format!("{}'s device no. {}", names.name(person), n + 1),
                }
            };
            devices.push(Device {
                log,
                name,
                revoked: roster.is_revoked(log),
                stopped: replica.log(log).is_some_and(replica::LogState::is_forked),
            });
        }
    }
    devices
}
