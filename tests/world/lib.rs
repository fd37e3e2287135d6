//! The simulated world: named people, virtual time, a network that misbehaves.
