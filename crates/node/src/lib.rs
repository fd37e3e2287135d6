//! Keeps the copy alive: the only socket, clock and dice.
