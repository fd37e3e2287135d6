//! How two devices of one pact come to hold the same records (B8).

/// Why a machine wants to be called at a later moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// An open invitation ends.
    TicketExpires,
    /// The other end has to have answered by then.
    PeerSilent,
    /// The two people have to have read their words by then.
    PersonAnswers,
    /// A record of one's own may leave from then on.
    GraceOver,
}
