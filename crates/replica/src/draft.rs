//! What we are writing together: the draft, and the gate in front of it.
