//! A home that has met, meeting one that crashed after its yes: it says its own Confirm again (B3).

use identity::cbor::{Malformed, Reader};
use identity::{Certification, Signature64};
use replica::Replica;

use crate::frames::Frame;

/// This home's signatures out of the statements that are kept: on the founding, and the two on the
/// certificate of this device.
pub(super) fn own_confirm(replica: &Replica) -> Option<Frame> {
    let roster = replica.roster();
    let signatures = |bytes: &[u8]| -> Result<Vec<Signature64>, Malformed> {
        let mut r = Reader::new(bytes);
        let fields = r.array()?;
        r.uint()?;
        r.item()?;
        (2..fields).map(|_| r.fixed()).collect()
    };
    let founding = signatures(roster.founding().bytes()).ok()?;
    let certificate = signatures(roster.certificate(replica.own_log())?.bytes()).ok()?;
    let own = usize::try_from(replica.person().index()).ok()?;
    Some(Frame::Confirm {
        founding: *founding.get(own)?,
        certification: Certification {
            root: *certificate.first()?,
            device: *certificate.get(1)?,
        },
    })
}
